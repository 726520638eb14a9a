/**
 * A session of a schedule: a storage of its own, and the operations that a step can ask for. A step goes in as text, and what it comes to
 * comes out as text, so that a session can live in another thread or another process as well.
 */
import type { Storage } from "../src/storage.ts";
import { collect } from "./collect.ts";
import { refusalOf } from "./context.ts";

/** What an operation works on. */
interface Opened {
  readonly storage: Storage;
  /** The one that `next` goes on with. */
  iteration: AsyncIterator<[key: string, value: string], undefined> | undefined;
}

type Operation = (session: Opened, ...args: string[]) => Promise<string>;

/** The container of keys that are written without one. */
export const CONTAINER = "c";

/** By how they are written: a name, its arguments, `[one]` that may be left out, and `more...` of which there may be many. */
const operations: Readonly<Record<string, Operation>> = {
  open: async () => "ok",
  begin: ({ storage }) => ok(storage.begin()),
  commit: ({ storage }) => ok(storage.commit()),
  rollback: ({ storage }) => ok(storage.rollback()),
  close: ({ storage }) => ok(storage.close()),
  "set key value": ({ storage }, key = "", value = "") =>
    ok(storage.setContainerItem(...place(key), value)),
  "setMany [key=value...]": ({ storage }, ...pairs) =>
    ok(storage.setContainerItems(CONTAINER, pairs.map(entry))),
  "delete key": ({ storage }, key = "") => ok(storage.deleteContainerItem(...place(key))),
  "deleteMany [key...]": ({ storage }, ...keys) =>
    ok(storage.deleteContainerItems(CONTAINER, keys)),
  "clearContainer [container]": ({ storage }, container = CONTAINER) =>
    ok(storage.clearContainer(container)),
  "add container": ({ storage }, container = "") => ok(storage.addContainer(container)),
  "drop container": ({ storage }, container = "") => ok(storage.deleteContainer(container)),
  clear: ({ storage }) => ok(storage.clear()),
  "get key": async ({ storage }, key = "") =>
    (await storage.getContainerItem(...place(key))) ?? "missing",
  "has key": async ({ storage }, key = "") =>
    (await storage.hasContainerItem(...place(key))) ? "yes" : "no",
  "getMany key...": async ({ storage }, ...keys) => {
    const pairs = await storage.getContainerItems(CONTAINER, keys);
    return list(pairs.map(([, value]) => value ?? "missing"));
  },
  "keys [container]": async ({ storage }, container = CONTAINER) =>
    list(await collect(storage.getContainerKeys(container))),
  "entries [container]": async ({ storage }, container = CONTAINER) =>
    list((await collect(storage.container(container).entries())).map((pair) => pair.join("="))),
  "length [container]": async ({ storage }, container = CONTAINER) =>
    String(await storage.getContainerLen(container)),
  containers: async ({ storage }) => list(await storage.listContainers()),
  "hasContainer container": async ({ storage }, container = "") =>
    (await storage.hasContainer(container)) ? "yes" : "no",
  /** The next entry of the iteration that the session has open, or of a new one; it stays open over other steps. */
  next: async (session) => {
    session.iteration ??= session.storage.container(CONTAINER).entries();
    const { done, value } = await session.iteration.next();
    if (done) session.iteration = undefined;
    return value?.join("=") ?? "end";
  },
};

const usages = Object.entries(operations).map(([usage, operation]) => {
  const [name = "", ...args] = usage.split(" ");
  const least = args.filter((arg) => !arg.startsWith("[")).length;
  const most = usage.includes("...") ? Number.POSITIVE_INFINITY : args.length;
  return { usage, name, least, most, operation };
});

/** An operation with its arguments: `set 1 11`. Throws a `TypeError` where the text is none, before anything is run. */
export function parseOperation(text: string): (session: Opened) => Promise<string> {
  const [name = "", ...args] = text.split(" ");
  const found = usages.find((usage) => usage.name === name);
  if (found === undefined) {
    const known = usages.map(({ usage }) => usage).join(", ");
    throw new TypeError(`there is no operation "${name}"; there are ${known}`);
  }
  const { usage, least, most, operation } = found;
  const paired = !usage.includes("=") || args.every((arg) => arg.includes("="));
  if (args.length < least || args.length > most || !paired) {
    throw new TypeError(`the operation is written "${usage}"`);
  }
  return async (session) => operation(session, ...args);
}

export class Session {
  readonly #open: () => Promise<Storage>;
  #opened: Opened | undefined;

  /** Opens nothing yet. */
  constructor(open: () => Promise<Storage>) {
    this.#open = open;
  }

  /** Opens the storage, if that has not been done, and runs the operation. Answers what it comes to, which may be the code of a refusal. */
  async step(text: string): Promise<string> {
    const run = parseOperation(text);
    try {
      this.#opened ??= { storage: await this.#open(), iteration: undefined };
      return await run(this.#opened);
    } catch (error) {
      return refusalOf(error);
    }
  }

  /** Closes the storage where one is open, as often as it is called; answers `ok`, or the code of a refusal. */
  async close(): Promise<string> {
    try {
      await this.#opened?.storage.close();
      return "ok";
    } catch (error) {
      return refusalOf(error);
    }
  }
}

async function ok(call: Promise<unknown>): Promise<string> {
  await call;
  return "ok";
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(",");
}

/** `d/1` or `1`: the container and the key. */
function place(key: string): [container: string, key: string] {
  const [container, rest] = key.split("/");
  return rest === undefined ? [CONTAINER, key] : [container as string, rest];
}

/** `1=11`: the key and the value. */
function entry(pair: string): [key: string, value: string] {
  const [key = "", value = ""] = pair.split("=");
  return [key, value];
}
