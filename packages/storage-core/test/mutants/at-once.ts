/** CONC: bugs that show when many are at work at once. */
import { inEngine, inStorage, type Mutant } from "./mutant.ts";

export const atOnceMutants: readonly Mutant[] = [
  inStorage("many items are read one after another", "CONC-01", (storage) => ({
    getContainerItems: async (container: string, keys: readonly string[]) => {
      const items: [string, string | undefined][] = [];
      for (const key of keys) items.push([key, await storage.getContainerItem(container, key)]);
      return items;
    },
  })),
  inEngine("commits of one turn of the loop do not see each other", "CONC-02", (engine) => {
    let fresh = false;
    return {
      async write(changes, { base, durability }) {
        const first = !fresh;
        fresh = true;
        setImmediate(() => {
          fresh = false;
        });
        await engine.write(changes, { base: first ? base : undefined, durability });
      },
    };
  }),
];
