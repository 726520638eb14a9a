/** What the process that is killed commits together with its documents: how many there are. */
import type { Transaction } from "@caterpillar/storage-core";
import { KVStore } from "@caterpillar/storage-interfaces";

const KEY = "crash";

/** Different words of each document, which no other has: each is an item of its own. */
export const WORDS_EACH = 20;

export const CRASH_MARKER = {
  async write(tx: Transaction, documents: number): Promise<void> {
    await new KVStore(tx).set(KEY, documents);
  },
  /** `undefined` if there is none. */
  async read(tx: Transaction): Promise<number | undefined> {
    const documents = await new KVStore(tx).get(KEY);
    return documents === undefined ? undefined : Number(documents);
  },
  async remove(tx: Transaction): Promise<void> {
    await new KVStore(tx).delete(KEY);
  },
};
