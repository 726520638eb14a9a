/** A history by its keys: who appended which element, what each transaction read of others, and in which order the elements came. */
import {
  type History,
  type List,
  shown,
  type TransactionRecord,
  textOf,
} from "./transaction-record.ts";

/** An element, and who appended it. */
export interface Append {
  readonly transaction: TransactionRecord;
  readonly key: string;
  readonly element: string;
  /** What the transaction had read of the key, before any append of its own. */
  readonly base: List;
  /** The element that the same transaction appended to the same key next. */
  next: string | undefined;
}

/** The first read of a key in a transaction: what others have left there. `undefined` stands for the final read. */
export interface Read {
  readonly transaction: TransactionRecord | undefined;
  readonly key: string;
  readonly list: List;
}

/** A transaction that was answered something else than its own earlier operations imply. */
export interface Inconsistency {
  readonly transaction: TransactionRecord;
  readonly explanation: string;
}

export class Observations {
  readonly history: History;
  /** By key and element. Elements are unique in a key. */
  readonly appends: ReadonlyMap<string, ReadonlyMap<string, Append>>;
  readonly reads: readonly Read[];
  readonly inconsistencies: readonly Inconsistency[];
  /** Those that count as committed: acknowledged, or of unknown end and with an element that somebody has read. */
  readonly committed: ReadonlySet<TransactionRecord>;
  /** The order of the elements of each key: the longest list that was read, as in Elle. All others must be beginnings of it. */
  readonly orders: ReadonlyMap<string, List>;

  constructor(history: History) {
    const appends = new Map<string, Map<string, Append>>();
    const reads: Read[] = [];
    const inconsistencies: Inconsistency[] = [];
    for (const transaction of history.transactions) {
      observe(transaction, appends, reads, inconsistencies);
    }
    for (const [key, list] of Object.entries(history.final)) {
      reads.push({ transaction: undefined, key, list });
    }
    this.history = history;
    this.appends = appends;
    this.reads = reads;
    this.inconsistencies = inconsistencies;
    this.committed = committedOf(history, appends, reads);
    this.orders = ordersOf(reads);
  }

  append(key: string, element: string): Append | undefined {
    return this.appends.get(key)?.get(element);
  }

  order(key: string): List {
    return this.orders.get(key) ?? [];
  }

  final(key: string): List {
    return this.history.final[key] ?? [];
  }
}

function observe(
  transaction: TransactionRecord,
  appends: Map<string, Map<string, Append>>,
  reads: Read[],
  inconsistencies: Inconsistency[],
): void {
  const bases = new Map<string, List>();
  const states = new Map<string, List>();
  const latest = new Map<string, Append>();
  for (const operation of transaction.operations) {
    const { key, list } = operation;
    const state = states.get(key);
    if (state === undefined) {
      bases.set(key, list);
      reads.push({ transaction, key, list });
    } else if (textOf(list) !== textOf(state)) {
      const explanation = `T${transaction.id} read ${key} = ${shown(list)}, where by its own reads and appends before it must be ${shown(state)}`;
      inconsistencies.push({ transaction, explanation });
    }
    if (operation.kind === "read") {
      states.set(key, list);
      continue;
    }
    const { element } = operation;
    const base = bases.get(key) ?? [];
    const append: Append = { transaction, key, element, base, next: undefined };
    const before = latest.get(key);
    if (before !== undefined) before.next = element;
    latest.set(key, append);
    const ofKey = appends.get(key) ?? new Map<string, Append>();
    appends.set(key, ofKey.set(element, append));
    states.set(key, [...list, element]);
  }
}

function committedOf(
  { transactions }: History,
  appends: ReadonlyMap<string, ReadonlyMap<string, Append>>,
  reads: readonly Read[],
): ReadonlySet<TransactionRecord> {
  const committed = new Set(transactions.filter(({ outcome }) => outcome === "committed"));
  if (transactions.every(({ outcome }) => outcome !== "unknown")) return committed;
  for (const { transaction: reader, key, list } of reads) {
    for (const element of list) {
      const writer = appends.get(key)?.get(element)?.transaction;
      if (writer?.outcome === "unknown" && writer !== reader) committed.add(writer);
    }
  }
  return committed;
}

function ordersOf(reads: readonly Read[]): ReadonlyMap<string, List> {
  const orders = new Map<string, List>();
  for (const { transaction, key, list } of reads) {
    const longest = orders.get(key)?.length ?? -1;
    // Of two that are as long as each other, the final one is what stays.
    if (list.length > longest || (list.length === longest && transaction === undefined)) {
      orders.set(key, list);
    }
  }
  return orders;
}

/** Whether the list is the beginning of the other one. */
export function isBeginning(list: List, of: List): boolean {
  return list.length <= of.length && list.every((element, i) => element === of[i]);
}

/** Who has read what, in words. */
export function readerOf({ transaction, key, list }: Read): string {
  if (transaction === undefined) return `in the end ${key} is ${shown(list)}`;
  return `T${transaction.id} read ${key} = ${shown(list)}`;
}
