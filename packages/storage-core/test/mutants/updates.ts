/** Bugs in what is read and written in one step, and in what belongs to interfaces. */
import { type Container, ReservedNameError, type Storage } from "@caterpillar/storage-core";
import { inStorage, type Mutant, replace } from "./mutant.ts";

type Anything = Container<unknown, unknown>;
type Change = (value: unknown) => unknown;

/** A bug in `update` of containers. */
function inUpdate(
  name: string,
  killedBy: string,
  update: (container: Anything, key: string, change: Change) => Promise<unknown>,
): Mutant {
  return inStorage(name, killedBy, (storage) => ({
    container: (...args: Parameters<Storage["container"]>) => {
      const container = storage.container(...args) as unknown as Anything;
      return replace(container, {
        update: ((key: string, change: Change) => update(container, key, change)) as never,
      });
    },
  }));
}

/** What is reserved is refused, or is not. */
const unless =
  <T>(call: () => Promise<T>) =>
  async (): Promise<T | undefined> => {
    try {
      return await call();
    } catch (error) {
      if (error instanceof ReservedNameError) return undefined;
      throw error;
    }
  };

export const updateMutants: readonly Mutant[] = [
  inUpdate("an update reads first, and writes later", "KV-31", async (container, key, change) => {
    const next = change(await container.get(key));
    if (next === undefined) await container.delete(key);
    else await container.set(key, next);
    return next;
  }),
  inUpdate("an update answers what was there before", "KV-32", async (container, key, change) => {
    let before: unknown;
    await container.update(key, (value) => {
      before = value;
      return change(value);
    });
    return before;
  }),
  inUpdate("an update to nothing changes nothing", "KV-32", (container, key, change) =>
    container.update(key, (value) => change(value) ?? value),
  ),
  inUpdate("an update whose function fails deletes", "KV-33", (container, key, change) =>
    container.update(key, (value) => {
      try {
        return change(value);
      } catch {
        return undefined;
      }
    }),
  ),
  inUpdate("an update that fails has another error", "KV-33", (container, key, change) =>
    container.update(key, (value) => {
      try {
        return change(value);
      } catch (cause) {
        throw new Error("an update has failed", { cause });
      }
    }),
  ),
  inStorage("the refusal of a reserved name is not told", "CONT-17", (storage) => ({
    addContainer: (name: string) => unless(() => storage.addContainer(name))(),
  })),
  inStorage("reserved containers cannot be read", "CONT-17", (storage) => ({
    getContainerItem: async (...args: Parameters<Storage["getContainerItem"]>) => {
      if (args[0].startsWith("bh_")) throw new ReservedNameError("not to be read");
      return await storage.getContainerItem(...args);
    },
  })),
  inStorage("reserved containers may be cleared", "CONT-17", (storage) => ({
    clearContainer: (name: string) => unless(() => storage.clearContainer(name))(),
  })),
];
