/** Drivers whose transactions see more than one state, or write on top of a state that they have not seen. */
import type { Snapshot } from "@caterpillar/storage-core/driver";
import {
  anything,
  deletes,
  inReadSet,
  inRule,
  newestOf,
  sameContainer,
  sameKey,
  some,
} from "./conflict-rules.ts";
import { inSnapshot } from "./engine-parts.ts";
import { inEngine, type Mutant } from "./mutant.ts";

const skewed: readonly Mutant[] = [
  inSnapshot("only what was read before stays", "ISO-08", (_, engine) => {
    const read = new Map<string, ReturnType<Snapshot["get"]>>();
    return {
      get: (container, key, as) => {
        const id = JSON.stringify([container, key]);
        if (!read.has(id)) read.set(id, newestOf(engine).get(container, key, as));
        return read.get(id);
      },
    };
  }),
  inSnapshot("keys are those of now", "ISO-09", (_, engine) => ({
    keys: (...args) => newestOf(engine).keys(...args),
  })),
  inSnapshot("many are read as they are now", "ISO-09", (_, engine) => ({
    getMany: (...args) => newestOf(engine).getMany(...args),
  })),
  inSnapshot("a count is that of now", "ISO-10", (_, engine) => ({
    count: (...args) => newestOf(engine).count(...args),
  })),
  inSnapshot("the list of containers is that of now", "ISO-11", (_, engine) => ({
    containers: () => newestOf(engine).containers(),
  })),
  inSnapshot("a container is looked for now", "ISO-11", (_, engine) => ({
    has: (...args) => newestOf(engine).has(...args),
  })),
  inSnapshot("a dropped container loses its items for all", "ISO-11", (snapshot, engine) => ({
    get: (container, ...args) =>
      newestOf(engine).has(container) ? snapshot.get(container, ...args) : undefined,
  })),
  inSnapshot("a read is of what is committed now", "ISO-17", (_, engine) => ({
    get: (...args) => newestOf(engine).get(...args),
  })),
  inSnapshot("a page is read as it is now", "ISO-18", (_, engine) => ({
    page: (...args) => newestOf(engine).page(...args),
  })),
  inEngine("the snapshot is taken at the first read", "ISO-20", (engine) => ({
    snapshot: () => {
      let pinned: Snapshot | undefined;
      return new Proxy({} as Snapshot, {
        get(_, name) {
          if (name === "then") return undefined;
          pinned ??= newestOf(engine);
          const member: unknown = Reflect.get(pinned, name, pinned);
          return typeof member === "function" ? member.bind(pinned) : member;
        },
      });
    },
  })),
];

const skewedWrites: readonly Mutant[] = [
  inRule("of two who have written, the last one stays", "ISO-04", () => false),
  inRule("to clear a container conflicts with nothing", "ISO-12", (commit) =>
    some(commit, ({ action }) => action === "clear") ? false : anything(commit),
  ),
  inRule("what was set back was never changed", "ISO-13", anything),
  inReadSet("who has read nothing conflicts with nothing", "ISO-14", (commit, reads) =>
    reads.length === 0 ? false : anything(commit),
  ),
  inRule("a delete conflicts with nothing", "ISO-15", (commit) =>
    some(commit, deletes) ? false : anything(commit),
  ),
  inRule("to drop a container conflicts with nothing", "ISO-16", (commit) =>
    some(commit, ({ action }) => action === "delete") ? false : anything(commit),
  ),
  inRule("only who writes what another wrote conflicts", "ISO-19", sameKey),
  inRule("snapshots isolate, and no more", "ISO-26", sameKey),
  inReadSet("the ranges that were read are not looked at", "ISO-27", (commit, reads) => {
    const changed = reads.some(
      ([container, key]) =>
        commit.base.get(container, key, "text") !== commit.newest.get(container, key, "text"),
    );
    return changed || sameKey(commit);
  }),
  inRule("only who writes to the container of another conflicts", "ISO-28", sameContainer),
];

export const skewMutants: readonly Mutant[] = [...skewed, ...skewedWrites];
