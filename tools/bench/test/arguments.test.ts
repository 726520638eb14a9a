import { describe, expect, it } from "vitest";
import { type Arguments, parseArguments } from "../src/arguments.ts";
import { loadContenders } from "../src/contenders/index.ts";
import { WORKLOADS } from "../src/workloads/index.ts";

const CONTENDERS = await loadContenders();

function parse(...args: string[]): Arguments {
  const parsed = parseArguments(args, "/here", WORKLOADS, CONTENDERS);
  if (parsed === "help") throw new Error("help was asked for");
  return parsed;
}

function wanted({ filter }: Arguments) {
  return {
    workloads: WORKLOADS.filter((one) => filter?.wantsWorkload(one)).map(({ name }) => name),
    contenders: CONTENDERS.filter((one) => filter?.wantsContender(one)).map(({ name }) => name),
  };
}

describe("the command line", () => {
  it("measures the quick profile into docs/benchmarks, unless told otherwise", () => {
    expect(parse()).toMatchObject({ profile: { name: "quick" }, filter: undefined });
    expect(parse().out).toMatch(/docs\/benchmarks$/);
    expect(parse("--", "--full", "--out", "there")).toMatchObject({
      profile: { name: "full" },
      out: "/here/there",
    });
  });

  it("prints a part, so that it does not take the place of the whole", () => {
    expect(parse("--only", "get").out).toBeUndefined();
    expect(parse("--only", "get", "--out", "there").out).toBe("/here/there");
  });

  it("takes workloads, engines and contenders", () => {
    expect(wanted(parse("--only", "get", "--only", "set"))).toEqual({
      workloads: ["get", "set"],
      contenders: CONTENDERS.map(({ name }) => name),
    });
    expect(wanted(parse("--only", "get", "--only", "leveldb", "--only", "keyv"))).toEqual({
      workloads: ["get"],
      contenders: ["keyv", "ours-leveldb", "raw-leveldb", "abstract-level"],
    });
  });

  it("says what there is where it does not understand", () => {
    expect(() => parse("--only", "gte")).toThrow(/nothing called "gte"; there are get, missing/);
    expect(() => parse("--quick", "--full")).toThrow("give one of them");
    expect(() => parse("--fast")).toThrow("--fast");
    expect(() => parse("get")).toThrow("get");
  });

  it("helps", () => {
    expect(parseArguments(["-h"], "/here", WORKLOADS, CONTENDERS)).toBe("help");
  });
});
