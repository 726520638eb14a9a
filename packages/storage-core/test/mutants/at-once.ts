/** CONC: bugs that show when many are at work at once. */
import { letTurn } from "../../conformance/event-loop.ts";
import { inEngine, inStorage, type Mutant } from "./mutant.ts";

export const atOnceMutants: readonly Mutant[] = [
  inStorage("many items are two requests, and others come between them", "CONC-01", (storage) => ({
    getContainerItems: async (container: string, keys: readonly string[]) => {
      const half = keys.length / 2;
      const first = await storage.getContainerItems(container, keys.slice(0, half));
      await letTurn(50);
      const second = await storage.getContainerItems(container, keys.slice(half));
      return [...first, ...second];
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
