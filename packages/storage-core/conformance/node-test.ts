/** The kit as tests of Node's own runner: `node --test`. */
import { after, describe, it } from "node:test";
import { type Runner, registerConformance, TIMEOUT_MS } from "./register.ts";
import { loadTarget, type Target } from "./target.ts";

/** How `node:test` is told. */
export const nodeTest: Runner = {
  describe: (title, body) => void describe(title, body),
  it: (title, test) =>
    void it(title, { timeout: TIMEOUT_MS }, (t) => test((reason) => t.skip(reason))),
  after: (end) => after(end),
};

/**
 * Registers the conformance tests of a driver. Resolves when they are registered: `await` it at the top of a test file. Rejects with a
 * `TypeError` where the target's module exports no storage.
 */
export async function testConformance(target: Target): Promise<void> {
  registerConformance(await loadTarget(target), nodeTest);
}
