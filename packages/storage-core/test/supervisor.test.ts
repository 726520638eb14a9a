/** No driver comes out green that should not, and none takes the kit along, whatever it does. */
import { type CheckResult, runConformance } from "@caterpillar/storage-core/conformance";
import { describe, expect, it } from "vitest";
import { findCanaries } from "../conformance/canaries.ts";

/** Memory drivers share nothing, so what a check starts in other processes does not matter here. */
const ONE = ["KV-01"];

async function run(evil: string, only: readonly string[] = ONE, limit = 3000) {
  const module = new URL(`./evil/target.ts?${evil}`, import.meta.url);
  return await runConformance({ module }, { only, limit });
}

async function only(evil: string, id = "KV-01"): Promise<CheckResult> {
  const { results } = await run(evil, [id]);
  expect(results).toHaveLength(1);
  return results[0] as CheckResult;
}

it("an intact driver passes, and what it was not asked is no verdict", async () => {
  const report = await run("is fine", ["CONT"], 60_000);
  expect(report.name).toBe("memory that is fine");
  expect(report.results.length).toBeGreaterThan(10);
  expect(report.results.filter(({ status }) => status !== "pass")).toEqual([]);
  expect(report.verdict).toBe("incomplete");
});

it("the broken drivers that come with the kit are found, and what they find passes where nothing is broken", async () => {
  expect(await findCanaries()).toEqual([
    "conflicts are swallowed",
    "snapshots move on with every commit",
    "deletes are forgotten",
  ]);
});

describe("a driver that", () => {
  it.each([
    ["hangs", /^OPEN-04 [^\n]*: no end within 3 s/],
    ["blocks", /^OPEN-04 [^\n]*: no end within 3 s/],
    ["crashes", /^OPEN-04 [^\n]*: its process ended by SIGABRT/],
    ["exits", /^OPEN-04 [^\n]*: its process ended with exit code 0/],
    [
      "rejects behind the back",
      /^OPEN-04 [^\n]*: its process ended with exit code 1[\s\S]*nobody is there to see it/,
    ],
    ["writes nothing", /OPEN-04/],
    ["finds nothing", /OPEN-04/],
  ])("%s fails, and the next check runs", async (evil, failure) => {
    const { results, verdict } = await run(evil, ["OPEN-04", "OPEN-06"]);
    expect(results[1]).toMatchObject({ id: "OPEN-06", status: "pass" });
    expect(results[0]).toMatchObject({ id: "OPEN-04", status: "fail" });
    expect(results[0]?.failure).toMatch(failure);
    expect(verdict).toBe("not-conformant");
  });

  it("swallows conflicts fails", async () => {
    expect(await only("swallows conflicts", "CONF-03")).toMatchObject({ status: "fail" });
  });

  it("is none, or blocks before it is one, cannot be tested, and the error says so", async () => {
    await expect(run("is none")).rejects.toThrow(/must export the storage to be tested/);
    await expect(run("blocks when it is imported")).rejects.toThrow(/no end within 20 s/);
  });
});

describe("a deviation", () => {
  it("that is declared, with a reason and a day, is told apart from a failure", async () => {
    const result = await only("finds nothing");
    expect(result).toMatchObject({ status: "deviation" });
    expect(result.notes[0]).toMatch(/^until \d{4}-\d\d-\d\d: a deviation of the tests$/);
  });

  it("whose day is over is a failure", async () => {
    const result = await only("swallows conflicts", "CONF-01");
    expect(result).toMatchObject({ status: "fail" });
    expect(result.failure).toMatch(/which is over/);
  });

  it("that is not needed is a failure", async () => {
    const result = await only("is fine, and says it deviates");
    expect(result).toMatchObject({ status: "fail" });
    expect(result.failure).toMatch(/must go/);
  });

  it("from a check that does not exist is refused", async () => {
    await expect(run("deviates from what is not there")).rejects.toThrow(
      "a deviation is of the check KV-999: there is none",
    );
  });
});

it("a failure tells its causes", async () => {
  const { failure } = await only("cannot write", "OPEN-04");
  expect(failure).toMatch(
    /failed while [^\n]*; the cause says why\n {2}because the disk is on holiday\n/,
  );
});

it("a check or a group that does not exist is refused, and nothing is run", async () => {
  await expect(run("is fine", ["KV-999"])).rejects.toThrow(/no check and no group KV-999/);
  await expect(run("is fine", ["K"])).rejects.toThrow(/groups are OPEN, RO, /);
  await expect(run("is fine", [])).rejects.toThrow(/no check was run/);
});
