/** The kit as tests of mocha. */
import { after, describe, it } from "mocha";
import { type RegisterOptions, type Runner, registerConformance } from "./register.ts";
import { loadTarget, type Target } from "./target.ts";

/** How mocha is told. It has no place for the reason of a skipped test, so that is printed. */
export const mocha: Runner = {
  describe: (title, body) => void describe(title, body),
  it: (title, test, limit) =>
    void it(title, async function () {
      this.timeout(limit);
      await test((reason) => {
        console.log(`not run: ${title}: ${reason}`);
        this.skip();
      });
    }),
  after: (end) => after(end),
};

/**
 * Registers the conformance tests of a driver. Resolves when they are registered: `await` it at the top of a test file, which is an
 * ES module. Rejects with a `TypeError` where the target's module exports no storage.
 */
export async function testConformance(target: Target, options?: RegisterOptions): Promise<void> {
  registerConformance(await loadTarget(target), mocha, options);
}
