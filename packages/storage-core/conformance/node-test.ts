/** The kit as tests of Node's own runner: `node --test`. */
import { after, describe, it } from "node:test";
import { type RegisterOptions, type Runner, registerConformance } from "./register.ts";
import { loadTarget, type Target } from "./target.ts";

/** How `node:test` is told. */
export const nodeTest: Runner = {
  describe: (title, body) => void describe(title, body),
  it: (title, test, limit) =>
    void it(title, { timeout: limit }, (t) => test((reason) => t.skip(reason))),
  after: (end) => after(end),
};

/**
 * Registers the conformance tests of a driver. Resolves when they are registered: `await` it at the top of a test file. Rejects with a
 * `TypeError` where the target's module exports no storage.
 */
export async function testConformance(target: Target, options?: RegisterOptions): Promise<void> {
  registerConformance(await loadTarget(target), nodeTest, options);
}
