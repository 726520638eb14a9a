import { checks, clauses } from "@caterpillar/storage-core/conformance";
import { expect, it } from "vitest";
import { unchecked } from "../conformance/clauses.ts";
import { contractPage } from "../conformance/contract-page.ts";

it("docs/contract.md states each clause once, with its checks", async () => {
  await expect(contractPage(checks)).toMatchFileSnapshot("../../../docs/contract.md");
});

it("every clause has a check, or says why it has none", () => {
  const tested = new Set(checks.flatMap((check) => check.clauses));
  expect([...clauses.keys()].filter((id) => !tested.has(id)).sort()).toEqual(
    Object.keys(unchecked).sort(),
  );
});

it("every check names clauses that exist", () => {
  const unknown = checks.filter(
    (check) => check.clauses.length === 0 || check.clauses.some((id) => !clauses.has(id)),
  );
  expect(unknown.map(({ id }) => id)).toEqual([]);
});

it("the ids of checks are well-formed and used once", () => {
  const ids = checks.map(({ id }) => id);
  expect(ids.filter((id) => !/^[A-Z]{2,5}-\d{2}$/.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});
