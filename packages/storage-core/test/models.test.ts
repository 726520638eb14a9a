/** What the kit makes of a driver that departs from the model: who reads the failure must be able to see the bug, and to meet it again. */
import { checks, loadTarget, runCheck } from "@caterpillar/storage-core/conformance";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { expect, it, onTestFinished, vi } from "vitest";
import { Context } from "../conformance/context.ts";
import { onePlan } from "../conformance/model/plans.ts";
import { ModelRun } from "../conformance/model/run-model.ts";
import { StageHere } from "../conformance/model/stage.ts";
import type { LoadedTarget } from "../conformance/target.ts";
import { mutants } from "./mutants/index.ts";

function check(id: string) {
  const found = checks.find((each) => each.id === id);
  if (found === undefined) throw new Error(`there is no check ${id}`);
  return found;
}

const execArgv = ["--conditions=@caterpillar/source"];
const module = new URL("./target.ts", import.meta.url);
const memory: LoadedTarget = { name: "memory", module, execArgv, storage: MemoryStorage };

function mutant(name: string): LoadedTarget {
  const found = mutants.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no mutant ${name}`);
  return { ...memory, name, storage: found.storage };
}

/** The message with which it fails. */
async function failure(run: Promise<unknown>): Promise<string> {
  const error: unknown = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) throw new Error("it went through");
  return error.message;
}

/** The steps that a failure tells; the one that goes wrong is the last. */
function stepsOf(message: string): string[] {
  return message.split("\n").filter((line) => /^ {4}[ >] /.test(line));
}

it.each([
  ["MOD-01", "a length that was asked for in a transaction outlives its rollback", 6],
  ["MOD-02", "a page behind the first is of the newest state", 4],
  ["MOD-03", "a key that was deleted and set again has its old value when it is opened again", 4],
  ["MOD-04", "own writes are merged in the order of UTF-16", 3],
])("%s tells few steps: %s", async (id, name, most) => {
  const message = await failure(runCheck(check(id), mutant(name)));
  const steps = stepsOf(message);
  expect(steps.length, message).toBeLessThanOrEqual(most);
  expect(
    steps.slice(0, -1).every((step) => /^ {6}(\w|all ).* -> /.test(step)),
    message,
  ).toBe(true);
  expect(steps.at(-1), message).toMatch(/^ {4}> .* -> .*expected/);
});

it("what a failure says to repeat it takes the same steps, and nothing else", async () => {
  const target = mutant("a page behind the first is of the newest state");
  const message = await failure(runCheck(check("MOD-02"), target));
  const [, seed, path] =
    /CONFORMANCE_SEED=(\d+) CONFORMANCE_PATH=(\S+) repeats it/.exec(message) ?? [];
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv("CONFORMANCE_SEED", seed);
  vi.stubEnv("CONFORMANCE_PATH", path);
  const again = await failure(runCheck(check("MOD-02"), target));
  expect(stepsOf(again)).toEqual(stepsOf(message));
  expect(again).toContain(`CONFORMANCE_PATH=${path} repeats it`);
  // A driver that is sound takes them all, and has shown no more than that.
  const { notRun, figures } = await runCheck(check("MOD-02"), memory);
  expect(notRun).toEqual([expect.stringMatching(/^all but the steps that CONFORMANCE_PATH names/)]);
  expect(
    figures
      .join()
      .match(/\d+/g)
      ?.reduce((sum, count) => sum + Number(count), 0),
  ).toBe(stepsOf(message).length);
});

it("one seed takes the same steps each time, and another seed others", async () => {
  const figures = async (seed: string): Promise<readonly string[]> => {
    vi.stubEnv("CONFORMANCE_SEED", seed);
    return (await runCheck(check("MOD-02"), memory)).figures;
  };
  onTestFinished(() => void vi.unstubAllEnvs());
  const first = await figures("5");
  expect(await figures("5")).toEqual(first);
  expect(await figures("6")).not.toEqual(first);
});

it("steps that hardly ever came to what they were to show are a failure", async () => {
  const context = new Context(memory);
  onTestFinished(() => context.dispose());
  const plan = { ...onePlan, steps: 5, floors: { "set STORAGE_READONLY": 1, "next ok": 1000 } };
  const message = await failure(new ModelRun(context, new StageHere(memory), plan).round());
  expect(message).toMatch(
    /too little has happened to show anything: set STORAGE_READONLY 0 times, at least 1; next ok \d+ times, at least 1000$/,
  );
});

it("processes with sessions in them are killed, and a driver that loses nothing passes", {
  timeout: 120_000,
}, async () => {
  const sound = new URL("./hosts/logged-target.ts", import.meta.url);
  const target = await loadTarget({ name: "log file", module: sound, execArgv });
  const { leftOut, figures } = await runCheck(check("MOD-03"), target);
  expect(leftOut).toEqual([]);
  expect(figures.join()).toMatch(/crash: .*unanswered \d/);
});
