/** Opening, and what a snapshot costs while it is open. */
import type { HeldSnapshot } from "../contender.ts";
import type { Workload } from "../workload.ts";
import { Changed } from "./changed.ts";

const SNAPSHOTS = 100;

export const open: Workload = {
  name: "open",
  title: "open an existing database",
  about: "opening, and the first get; closing is not measured, and the modules are loaded before",
  unit: "open",
  needs: [],
  writes: false,
  start: "loaded",
  measures: "time",
  warmPasses: 2,
  maxPasses: 50,
  begin({ data, random, open }) {
    return {
      next() {
        const entry = random.below(data.size);
        let value: string | undefined;
        let close: (() => unknown) | undefined;
        return {
          ops: 1,
          async run() {
            const session = await open();
            close = () => session.close();
            value = await session.get(data.key(entry));
          },
          async check() {
            await close?.();
            if (value !== data.value(entry, 0)) throw new Error(`${data.key(entry)} is wrong`);
          },
        };
      },
    };
  },
};

export const snapshots: Workload = {
  name: "snapshots",
  title: "memory per open snapshot",
  about: `resident memory that ${SNAPSHOTS} open snapshots add, each of another state, and each read from once`,
  unit: "snapshot",
  needs: ["snapshot"],
  writes: true,
  start: "loaded",
  measures: "memory",
  warmPasses: 1,
  maxPasses: 1,
  async begin({ data, random, open }) {
    const session = await open();
    const changed = new Changed(data);
    const held: HeldSnapshot[] = [];
    return {
      next(warm) {
        const ops = warm ? 2 : SNAPSHOTS;
        let wrong = 0;
        return {
          ops,
          async run() {
            for (let i = 0; i < ops; i++) {
              const entry = random.below(data.size);
              const before = changed.valueOf(entry);
              const snapshot = (await session.snapshot?.()) as HeldSnapshot;
              held.push(snapshot);
              await session.set(...changed.next(entry));
              if ((await snapshot.get(data.key(entry))) !== before) wrong++;
            }
          },
          async check() {
            for (const snapshot of held.splice(0)) await snapshot.close();
            if (wrong > 0) throw new Error(`${wrong} of ${ops} snapshots show another state`);
          },
        };
      },
      verify: (reopened) => changed.verify(reopened),
    };
  },
};
