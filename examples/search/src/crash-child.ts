/**
 * The process that is killed. Puts many documents and a marker into the index, in one transaction;
 * tells when it begins to commit, and when it has, if it comes to that. Run by crash-step.ts:
 * `crash-child.ts DRIVER PATH DOCUMENTS`.
 */
import { writeSync } from "node:fs";
import { applyBatch } from "./batch.ts";
import { CRASH_MARKER, WORDS_EACH } from "./crash-marker.ts";
import { DRIVERS } from "./drivers.ts";
import { madeUp } from "./made-up.ts";

const [driver = "", path = "", documents = ""] = process.argv.slice(2);
const opener = DRIVERS.get(driver);
if (opener === undefined) throw new Error(`there is no driver ${driver}`);

await using storage = await opener.open(path);
await using tx = await storage.begin();
const put = Array.from({ length: Number(documents) }, (_, i) =>
  madeUp(
    String(i),
    Array.from({ length: WORDS_EACH }, (_, j) => `crash${i}x${j}`),
  ),
);
const items = await applyBatch(tx, { put });
await CRASH_MARKER.write(tx, put.length);
tell(`committing ${items + 1}`);
await tx.commit();
tell("committed");

/** At once: what waits in a buffer would die with the process. */
function tell(line: string): void {
  writeSync(process.stdout.fd, `${line}\n`);
}
