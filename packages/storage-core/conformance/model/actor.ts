/** A session on a storage: it is asked for one call after another, and answers what each comes to. */
import type { OpenOptions } from "../../src/options.ts";
import type { Storage } from "../../src/storage.ts";
import type { Transaction } from "../../src/transaction.ts";
import type { Call, Taken } from "./calls.ts";
import { type ItemCall, makeItemCall } from "./item-calls.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import type { Contents } from "./state.ts";
import { anyValue, type StoredValue } from "./stored-value.ts";

type Entries = AsyncIterableIterator<[key: string, value: StoredValue], undefined>;

/** Thrown to have a transaction rolled back. */
const ON_PURPOSE = new Error("thrown on purpose");

export class Actor {
  readonly #open: (options: OpenOptions) => Promise<Storage>;
  #opened: Storage | undefined;
  #entries: Entries | undefined;

  /** Opens nothing yet. */
  constructor(open: (options: OpenOptions) => Promise<Storage>) {
    this.#open = open;
  }

  async make(call: Call): Promise<Outcome> {
    return await outcomeOf(() => this.#make(call));
  }

  /** Closes what is open, if anything is. */
  async close(): Promise<void> {
    await this.#opened?.close();
  }

  async #make(call: Call): Promise<unknown> {
    switch (call[0]) {
      case "open":
        this.#opened = await this.#open(call[1]);
        return;
      case "close":
        this.#entries = undefined;
        return await this.#storage.close();
      case "begin":
        await this.#storage.begin();
        return;
      case "commit":
        return await this.#storage.commit();
      case "rollback":
        return await this.#storage.rollback();
      case "iterate": {
        const [, container, range, take] = call;
        this.#entries = this.#storage.container(container, { encoding: anyValue }).entries(range);
        return await this.#take(take);
      }
      case "next":
        return await this.#take(call[1]);
      case "return":
        await this.#entries?.return?.();
        return;
      case "together": {
        const [, ...calls] = call;
        return await Promise.all(
          calls.map((each) => outcomeOf(() => makeItemCall(this.#storage, each))),
        );
      }
      case "transaction": {
        const [, how, ...calls] = call;
        return await inTransaction(this.#storage, how, calls);
      }
      case "look":
        return await contentsOf(this.#storage);
      default:
        return await makeItemCall(this.#storage, call);
    }
  }

  async #take(count: number): Promise<Taken> {
    const entries: [string, StoredValue][] = [];
    while (entries.length < count) {
      const { done, value } = await (this.#entries as Entries).next();
      if (done) return { entries, end: true };
      entries.push(value);
    }
    return { entries, end: false };
  }

  get #storage(): Storage {
    if (this.#opened === undefined) throw new Error("the session has opened nothing");
    return this.#opened;
  }
}

/** What each of the calls came to, in the attempt that was the last. */
async function inTransaction(
  storage: Storage,
  how: "commit" | "throw" | "read",
  calls: readonly ItemCall[],
): Promise<readonly Outcome[]> {
  let outcomes: Outcome[] = [];
  const run = async (tx: Transaction): Promise<void> => {
    outcomes = [];
    for (const call of calls) outcomes.push(await outcomeOf(() => makeItemCall(tx, call)));
    if (how === "throw") throw ON_PURPOSE;
  };
  try {
    await storage.transaction(run, { readonly: how === "read" });
  } catch (error) {
    if (error !== ON_PURPOSE) throw error;
  }
  return outcomes;
}

async function contentsOf(storage: Storage): Promise<Contents> {
  const contents: Contents[number][] = [];
  for (const id of await storage.listContainers()) {
    contents.push([id, await storage.getContainerLen(id)]);
    for await (const [key, value] of storage.container(id, { encoding: anyValue }).entries()) {
      contents.push([id, key, value]);
    }
  }
  return contents;
}
