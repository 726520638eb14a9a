import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { describe, expect, it } from "vitest";
import { Context } from "../conformance/context.ts";
import { runSchedule, runSchedules } from "../conformance/schedule.ts";
import type { LoadedTarget } from "../conformance/target.ts";
import { inStorage } from "./mutants/mutant.ts";

const memory: LoadedTarget = {
  name: "memory",
  module: new URL("./target.ts", import.meta.url),
  storage: MemoryStorage,
};

async function inContext<T>(use: (context: Context) => Promise<T>, target = memory): Promise<T> {
  const context = new Context(target);
  try {
    return await use(context);
  } finally {
    await context.dispose();
  }
}

/** The message with which the schedule fails. */
async function failure(schedule: string): Promise<string> {
  const error: unknown = await inContext((context) => runSchedule(context, schedule)).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) throw new Error("the schedule went through");
  return error.message;
}

describe("a schedule", () => {
  it("runs every operation, and counts each step as an assertion", async () => {
    await inContext(async (context) => {
      await runSchedule(
        context,
        `
          A open
          B next -> 1=10
          A begin
          A set 1 11
          A setMany 3=33 4=44
          A delete 2
          A deleteMany 3 9
          A get 2 -> missing
          A has 1 -> yes
          A has 2 -> no
          A getMany 4 2 1 -> 44,missing,11
          A keys -> 1,4
          A entries -> 1=11,4=44
          A length -> 2
          A add d
          A set d/1 x
          A get d/1 -> x
          A keys d -> 1
          A containers -> c,d
          A hasContainer d -> yes
          A hasContainer e -> no
          A clearContainer d
          A entries d -> none
          A length d -> 0
          A commit
          B next -> 2=20
          B next -> end
          B next -> 1=11
          B begin
          B drop d
          B clearContainer
          B rollback
          B rollback -> TRANSACTION_STATE
          B clear
          C containers -> none
          C get 1 -> CONTAINER_NOT_FOUND
          C close
          C get 1 -> STORAGE_CLOSED
        `,
      );
      expect(context.assertions).toBe(38);
    });
  });

  it("runs on a storage of its own, with its title in the failure", async () => {
    await inContext(async (context) => {
      const run = runSchedules(context, { "first of two": "A set 1 11", second: "A get 1 -> 11" });
      await expect(run).rejects.toThrow(/^second, step 1 of 1\n {4}> A get 1 -> 10, not 11\n/);
    });
  });
});

describe("a wrong expectation", () => {
  it("fails with all steps listed: what each came to, and which were not run", async () => {
    const steps = ["A begin", "A set 1 11", "B get 1 -> 11", "A commit"];
    expect(await failure(steps.join("\n"))).toContain(
      [
        "the schedule, step 3 of 4",
        "      A begin -> ok",
        "      A set 1 11 -> ok",
        "    > B get 1 -> 10, not 11",
        "      A commit (not run)",
        '  : expected "11", found "10"',
      ].join("\n"),
    );
  });

  it.each([
    ["a success that should be a refusal", "A commit -> ok", "TRANSACTION_STATE, not ok"],
    ["a refusal that should be a success", "A begin -> TRANSACTION_STATE", "ok, not TRANSACTION"],
    ["a refusal of another kind", "A get d/1 -> STORAGE_BUSY", "CONTAINER_NOT_FOUND, not STORAGE"],
    ["an empty list", "A keys -> none", "1,2, not none"],
  ])("fails: %s", async (_, schedule, message) => {
    expect(await failure(schedule)).toContain(message);
  });

  it("fails where a step waits: it is blocked", async () => {
    const { storage } = inStorage("a read never comes back", "", () => ({
      getContainerItem: () => new Promise(() => {}),
    }));
    const run = inContext((context) => runSchedule(context, "A get 1 -> 10", { limit: 20 }), {
      ...memory,
      storage,
    });
    await expect(run).rejects.toThrow("> A get 1 -> blocked, not 10");
  });
});

describe("a malformed schedule", () => {
  it.each([
    ["no session", "begin", 'not "begin"'],
    ["a session in lower case", "a begin", 'not "a begin"'],
    ["no operation", "A", 'not "A"'],
    ["an unknown operation", "A frobnicate 1", 'no operation "frobnicate"; there are open, begin,'],
    ["an operation of Object.prototype", "A toString", 'no operation "toString"'],
    ["an argument too few", "A set 1", 'is written "set key value"'],
    ["an argument too many", "A begin now", 'is written "begin"'],
    ["an optional argument too many", "A keys c d", 'is written "keys [container]"'],
    ["none of many arguments", "A getMany", 'is written "getMany key..."'],
    ["a pair that is none", "A setMany 1=11 2", 'is written "setMany [key=value...]"'],
    ["nothing after the arrow", "A get 1 ->", 'not "A get 1 ->"'],
    ["two results", "A get 1 -> 10 -> 11", 'not "A get 1 -> 10 -> 11"'],
    ["a choice of results", "A get 1 -> 10 11", 'not "A get 1 -> 10 11"'],
  ])("is refused before anything is run: %s", async (_, wrong, message) => {
    await inContext(async (context) => {
      const run = runSchedule(context, `A set 1 11\n${wrong}`);
      await expect(run).rejects.toThrow(message);
      expect(context.assertions).toBe(0);
      await expect(context.contents()).rejects.toThrow("there is no memory storage");
    });
  });

  it("is refused: no steps at all", async () => {
    expect(await failure("\n  \n")).toBe("a schedule has steps; this one has none");
  });
});
