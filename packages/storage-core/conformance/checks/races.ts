/** OPEN: several who create at once. */
import { type Check, group } from "../check.ts";
import type { ChildEnd } from "../child-run.ts";
import type { Context } from "../context.ts";
import type { Times } from "../profile.ts";
import type { Role } from "../roles.ts";

const RACERS = 4;
/** The first race is won by who is told first; the later ones are close. */
const RACES: Times = { quick: 10, full: 250 };

/** Runs the role in several processes, which wait until all are ready. Answers what each told afterwards, race by race. */
async function race(context: Context, role: Role, paths: readonly string[]): Promise<unknown[][]> {
  const racers = Array.from({ length: RACERS }, () => context.spawn(role, paths));
  for (const racer of racers) context.equal(await racer.next(), "ready", "what a process tells");
  for (const racer of racers) racer.go();
  const ends: ChildEnd[] = await Promise.all(racers.map((racer) => racer.ended));
  for (const { code, stderr } of ends) {
    context.equal({ code, stderr }, { code: 0, stderr: "" }, "how a process ended");
  }
  return paths.map((_, i) => ends.map(({ told }) => told[i + 1]));
}

export const raceChecks: readonly Check[] = group("OPEN", {
  "05 of several that create at once, exactly one succeeds": {
    clauses: ["open.create"],
    run: async (context) => {
      const wanted = [...Array(RACERS - 1).fill("DUPLICATE_STORAGE"), "created"];
      const calls = Array.from({ length: RACERS }, () => context.open({ create: true }));
      const results = await Promise.allSettled(calls);
      const codes = results.map((result) =>
        result.status === "fulfilled" ? "created" : result.reason.code,
      );
      context.equal(codes.sort(), wanted, "calls of one thread");
      context.equal(await context.contents(), {}, "what was created");
      if (context.facts.processes === "separate") {
        context.leaveOut("a race of processes: facts.processes is separate");
        return;
      }

      const paths = Array.from({ length: context.times(RACES) }, (_, i) =>
        context.place(`race-${i}`),
      );
      for (const told of await race(context, "create", paths)) {
        context.equal(told.sort(), wanted, "processes");
      }
      for (const path of paths) {
        const storage = await context.open({}, path);
        context.equal(await storage.listContainers(), [], "what was created");
        await storage.close();
      }
    },
  },

  '18 of several that open with "if-missing" at once, all get one storage': {
    clauses: ["open.if-missing"],
    run: async (context) => {
      const options = { create: "if-missing" } as const;
      const calls = Array.from({ length: RACERS }, () => context.open(options));
      const [first, ...others] = await Promise.all(calls);
      await first?.addContainer("made by the first");
      for (const other of others) {
        const names = await other.listContainers();
        context.equal(names, ["made by the first"], "what another call of the thread has opened");
      }
      if (context.facts.processes !== "shared") {
        context.leaveOut(
          `processes that all get it: facts.processes is ${context.facts.processes}`,
        );
        return;
      }

      const paths = Array.from({ length: context.times(RACES) }, (_, i) =>
        context.place(`race-${i}`),
      );
      for (const told of await race(context, "join", paths)) {
        context.equal(told, Array(RACERS).fill("joined"), "processes");
      }
      const names = Array.from({ length: RACERS }, (_, i) => i).length;
      for (const path of paths) {
        const storage = await context.open({}, path);
        context.equal((await storage.listContainers()).length, names, "what all have added");
        await storage.close();
      }
    },
  },
});
