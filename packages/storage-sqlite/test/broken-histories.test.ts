import { checks, loadTarget, runCheck } from "@caterpillar/storage-core/conformance";
import { describe, expect, it } from "vitest";

/** Which histories must find which bug: those of threads and of processes, and for one that loses what it has acknowledged those with kills. */
const BUGS: Readonly<Record<string, readonly string[]>> = {
  "swallows-conflicts": ["HIST-02", "HIST-03"],
  "reads-newest": ["HIST-02", "HIST-03"],
  "acknowledges-early": ["HIST-02", "HIST-03", "HIST-04"],
};

/**
 * The mutants of the kit live in one thread, where the memory driver does. A history of threads or processes that is broken takes an engine that
 * they share.
 */
describe("broken among threads and processes, a driver", () => {
  for (const [name, killedBy] of Object.entries(BUGS)) {
    for (const id of killedBy) {
      it(`that ${name} fails ${id}`, async () => {
        const check = checks.find((one) => one.id === id);
        if (check === undefined) throw new Error(`there is no check ${id}`);
        const target = await loadTarget({
          name,
          module: new URL(`./fixtures/${name}.ts`, import.meta.url),
          execArgv: ["--conditions=@caterpillar/source"],
        });
        const failure = await runCheck(check, target).then(
          () => undefined,
          (error: Error) => error,
        );
        // Because of an anomaly, that is, and not because the history did not come to its end.
        expect(failure?.message).toMatch(
          /: history of seed \d+ [^:\n]+:\n {4}[\w -]+( \(.+?\))?: /,
        );
      });
    }
  }
});
