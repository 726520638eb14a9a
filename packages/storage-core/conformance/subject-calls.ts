/** What a check can have done in the process of a {@link Subject}. Arguments and answers go through JSON. */
import { closeSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from "node:fs";
import type { StorageOpener } from "../src/open-storage.ts";
import type { OpenOptions } from "../src/options.ts";
import type { Storage } from "../src/storage.ts";
import { collect } from "./collect.ts";
import { refusalOf } from "./context.ts";
import { holdsData, storedFilesOf } from "./files.ts";
import {
  beginLedger,
  enter,
  type Ledger,
  LedgerError,
  lookUpEntries,
  readLedger,
} from "./ledger.ts";
import type { Outcome, Thrown } from "./subject.ts";
import { becomeNobody } from "./unprivileged.ts";
import { handlesAndThreads, heldIn, memory } from "./usage.ts";
import { leaveOpenInThread, replaceAll, transactOnce, useAndClose } from "./wear.ts";

/** What is found in a storage that may be damaged. */
export interface Found {
  /** Whole, where all of it could be read. */
  readonly ledger?: Ledger;
  /** What was never written and is there, in words. */
  readonly madeUp?: string;
  /** What opening and reading failed with: codes, or what is none, each with its first message. */
  readonly refusals: Readonly<Record<string, string>>;
}

interface Pinned {
  readonly storage: Storage;
  readonly iteration: AsyncIterableIterator<string>;
  readonly first: string;
}

export class SubjectCalls {
  readonly #opener: StorageOpener;
  readonly #open: Storage[] = [];
  #hoard: number[] = [];
  #pinned: Pinned | undefined;
  #held: Storage | undefined;

  constructor(opener: StorageOpener) {
    this.#opener = opener;
  }

  /** Opens one more storage, which is the one that is used from then on. */
  async open(path: string, options?: OpenOptions): Promise<void> {
    this.#open.unshift(await this.#opener.open(path, options));
  }

  /** Closes the one that is used; the one that was opened before it is used again. */
  async close(): Promise<void> {
    await this.#open.shift()?.close();
  }

  async beginLedger(): Promise<void> {
    await beginLedger(this.#storage);
  }

  async enter(n: number, size: number, name?: string): Promise<void> {
    await this.#storage.transaction((tx) => enter(tx, n, size, name));
  }

  async begin(): Promise<void> {
    await this.#storage.begin();
  }

  /** Writes an entry in the transaction that was begun. */
  async write(n: number, size: number): Promise<void> {
    await enter(this.#storage, n, size);
  }

  async commit(): Promise<void> {
    await this.#storage.commit();
  }

  /** A part of an entry, by itself. A ledger with it is not whole any more. */
  async enterInPart(size: number): Promise<void> {
    await this.#storage.setContainerItem("left", "part of an entry", "x".repeat(size));
  }

  async readLedger(): Promise<Ledger> {
    return await readLedger(this.#storage);
  }

  /** Opens, reads all in every way, and closes. */
  async inspect(path: string, newest: number, options?: OpenOptions): Promise<Found> {
    const refusals: Record<string, string> = {};
    const refused = (error: unknown): void => {
      refusals[refusalOf(error)] ??= String((error as Error).message);
    };
    try {
      const storage = await this.#opener.open(path, options);
      try {
        await lookUpEntries(storage, newest, refused);
        return { ledger: await readLedger(storage), refusals };
      } finally {
        await storage.close();
      }
    } catch (error) {
      if (error instanceof LedgerError) return { madeUp: error.message, refusals };
      refused(error);
      return { refusals };
    }
  }

  /** Opens another storage, in whose transaction and iteration things stay as they are now. */
  async pin(path: string): Promise<void> {
    const storage = await this.#opener.open(path);
    const iteration = storage.container("left").keys();
    const first = await iteration.next();
    await storage.begin();
    this.#pinned = { storage, iteration, first: String(first.value) };
  }

  /** What that transaction sees, and all keys that the iteration comes to; then ends both. */
  async readPinned(): Promise<{ ledger: Ledger; keys: readonly string[] }> {
    if (this.#pinned === undefined) throw new TypeError("nothing is pinned");
    const { storage, iteration, first } = this.#pinned;
    const ledger = await readLedger(storage);
    await storage.commit();
    const keys = [first, ...(await collect(iteration))];
    await storage.close();
    return { ledger, keys };
  }

  /** Opens another storage, and begins a transaction there. */
  async hold(path: string): Promise<void> {
    this.#held = await this.#opener.open(path);
    await this.#held.begin();
  }

  /** Closes it. */
  async release(): Promise<void> {
    await this.#held?.close();
  }

  /** Whether a transaction that reads can be begun by hand, and one that runs a function, and what they see. */
  async readInTransactions(): Promise<readonly Ledger[]> {
    await this.#storage.begin();
    const byHand = await readLedger(this.#storage);
    await this.#storage.commit();
    return [byHand, await this.#storage.transaction(readLedger), await readLedger(this.#storage)];
  }

  /** Makes a file of so many bytes. */
  makeFile(path: string, bytes: number): void {
    writeFileSync(path, Buffer.alloc(bytes, 1));
  }

  /** Removes the files of the closed storage that hold nothing that was stored. */
  removeExpendable(path: string): void {
    const expendable = this.#opener.driver.facts.files.filter((file) => !holdsData(file));
    for (const file of storedFilesOf(expendable, path)) rmSync(file);
  }

  /** Makes a file that takes all that is left of its disk. */
  fillDisk(path: string): void {
    const file = openSync(path, "w");
    try {
      for (;;) writeSync(file, Buffer.alloc(4096, 1));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    } finally {
      closeSync(file);
    }
  }

  /** What is in a folder. */
  namesIn(folder: string): readonly string[] {
    return readdirSync(folder).sort();
  }

  removeFile(path: string): void {
    rmSync(path);
  }

  /** Opens so many handles that just so many more can be opened. Answers how many could be opened in all, with those that were left before. */
  hoard(left: number): number {
    this.letGo();
    try {
      for (;;) this.#hoard.push(openSync("/dev/null", "r"));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EMFILE") throw error;
    }
    const all = this.#hoard.length;
    for (const handle of this.#hoard.splice(0, left)) closeSync(handle);
    return all;
  }

  /** Closes those handles. */
  letGo(): void {
    for (const handle of this.#hoard.splice(0)) closeSync(handle);
  }

  /** Gives up root's rights for good, which no permission stops. */
  becomeNobody(): void {
    becomeNobody();
  }

  /** The code of what reading the file comes to; "ok" where it may be read. */
  probe(path: string): string {
    try {
      closeSync(openSync(path, "r"));
      return "ok";
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? String(error);
    }
  }

  /** Opens, uses and closes the storage in every way, so many times. */
  async comeAndGo(path: string, times: number): Promise<void> {
    for (let i = 0; i < times; i++) await useAndClose(this.#opener, path);
  }

  /** Runs a thread that makes the storage, and leaves it open when it ends. */
  async leaveOpenInThread(path: string): Promise<void> {
    await leaveOpenInThread(path);
  }

  /** So many transactions of every kind, on one storage that stays open. */
  async transact(times: number): Promise<void> {
    for (let i = 0; i < times; i++) await transactOnce(this.#storage, i);
  }

  /** Replaces the same items, in so many commits of a MiB. */
  async replace(times: number): Promise<void> {
    for (let i = 0; i < times; i++) await replaceAll(this.#storage);
  }

  heldIn(folder: string): readonly string[] {
    return heldIn(folder);
  }

  handlesAndThreads(): ReturnType<typeof handlesAndThreads> {
    return handlesAndThreads();
  }

  memory(): ReturnType<typeof memory> {
    return memory();
  }

  get #storage(): Storage {
    const [storage] = this.#open;
    if (storage === undefined) throw new TypeError("no storage is open");
    return storage;
  }
}

/** Does what it is told, until it is told to end. */
export async function obey(
  opener: StorageOpener,
  texts: AsyncIterable<string>,
  tell: (outcome: Outcome<unknown>) => void,
): Promise<void> {
  const calls = new SubjectCalls(opener);
  for await (const text of texts) {
    const [call, ...args] = JSON.parse(text) as [keyof SubjectCalls | "end", ...unknown[]];
    if (call === "end") break;
    const method = calls[call] as (...args: unknown[]) => unknown;
    try {
      tell({ value: await method.apply(calls, args) });
    } catch (error) {
      tell({ thrown: thrownOf(error) });
    }
  }
}

function thrownOf(error: unknown): Thrown {
  const { message = String(error), cause } = (error ?? {}) as Error;
  return {
    refusal: refusalOf(error),
    message,
    cause: cause === undefined ? undefined : String((cause as Error).message ?? cause),
  };
}
