/** What a role and the check that has started it tell each other: in a process as lines of JSON, in a thread as messages. */
import { on } from "node:events";
import { createInterface } from "node:readline";
import { parentPort } from "node:worker_threads";

/** Tells the check something. It has left this process when this answers. */
export function tell(what: unknown): void {
  if (parentPort !== null) parentPort.postMessage(what);
  else process.stdout.write(`${JSON.stringify(what)}\n`);
}

/** Tells the check that it is ready, and waits until it may go on. */
export async function toldToGo(): Promise<void> {
  tell("ready");
  await new Promise((resolve) => {
    if (parentPort !== null) parentPort.once("message", resolve);
    else process.stdin.resume().once("data", resolve);
  });
  // A role may wait again; until then, what it waits on must not keep the process.
  if (parentPort === null) process.stdin.pause();
}

/** What the check tells, one text after another, for as long as the check is there. */
export async function* texts(): AsyncGenerator<string> {
  if (parentPort !== null) {
    for await (const [text] of on(parentPort, "message")) yield text;
    return;
  }
  for await (const line of createInterface({ input: process.stdin })) yield JSON.parse(line);
}
