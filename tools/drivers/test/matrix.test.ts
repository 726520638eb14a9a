import { checks } from "@caterpillar/storage-core/conformance";
import { expect, it } from "vitest";
import { allPassed, matrixText } from "../src/matrix.ts";
import type { CheckOutcome } from "../src/run-checks.ts";

function outcomes(change: (of: Map<string, CheckOutcome>) => void) {
  const of = new Map(checks.map(({ id }) => [id, { id, leftOut: [] } as CheckOutcome]));
  change(of);
  return new Map([["memory", of]]);
}

it("a check that failed, or was not run, is no pass", () => {
  const whole = outcomes(() => {});
  expect(allPassed(whole)).toBe(true);
  const failed = outcomes((of) => of.set("KV-01", { id: "KV-01", leftOut: [], failure: "no" }));
  expect(allPassed(failed)).toBe(false);
  expect(matrixText(failed)).toMatch(/^KV-01 .* FAILED$/m);
  expect(matrixText(failed)).toContain("memory: no");
  const missing = outcomes((of) => of.delete("KV-01"));
  expect(allPassed(missing)).toBe(false);
  expect(matrixText(missing)).toMatch(/^KV-01 .* not run$/m);
});

it("what is not applicable is told with its reason", () => {
  const part = outcomes((of) => of.set("RO-10", { id: "RO-10", leftOut: ["rights: a fact"] }));
  expect(allPassed(part)).toBe(true);
  expect(matrixText(part)).toMatch(/^RO-10 .* part$/m);
  expect(matrixText(part)).toContain("RO-10  rights: a fact (memory)");
});
