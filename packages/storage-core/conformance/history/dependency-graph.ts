/**
 * What must have come before what. Each transaction is a point in time, or two: its begin, where it reads, and if it has written its
 * commit, where it writes. Nothing may come between the two points of one transaction, so what has overwritten a list that it
 * read comes after its commit.
 */
import type { Observations, Read } from "./observations.ts";
import { isBeginning } from "./observations.ts";
import type { TransactionRecord } from "./transaction-record.ts";

/** Adya's dependencies: write after write, read after write, write after read; and the order of real time. */
export type EdgeKind = "ww" | "wr" | "rw" | "rt";

export interface Edge {
  readonly to: number;
  /** `undefined` leads from a transaction's begin to its commit, and along the clock. */
  readonly kind: EdgeKind | undefined;
  readonly key?: string;
  /** The elements: of the earlier and of the later transaction, where they wrote. */
  readonly elements?: readonly [earlier: string, later: string];
  readonly read?: Read;
}

/** A begin or a commit, somewhere between its call and its answer; or a moment of the clock, which belongs to no transaction. */
export interface Point {
  readonly transaction: TransactionRecord | undefined;
  readonly is: "begin" | "commit" | "clock";
  readonly earliest: number;
  readonly latest: number;
}

export class DependencyGraph {
  readonly points: Point[] = [];
  readonly edges: Edge[][] = [];
  readonly #begins = new Map<TransactionRecord, number>();
  readonly #ends = new Map<TransactionRecord, number>();

  constructor(observations: Observations) {
    for (const transaction of observations.history.transactions) {
      this.#addTransaction(transaction, observations);
    }
    const next = this.#addWrites(observations);
    for (const read of observations.reads) this.#addRead(read, observations, next);
    this.#addRealTime();
  }

  /**
   * A transaction that has failed or was killed in vain has no commit, but it began, and what it read must be the state of that moment
   * all the same. So must what one has read that never wrote: its begin is all there is of it.
   */
  #addTransaction(transaction: TransactionRecord, { committed }: Observations): void {
    const { begin, end, operations } = transaction;
    const beginning = this.#addPoint({
      transaction,
      is: "begin",
      earliest: begin.invoked,
      latest: begin.returned ?? Number.POSITIVE_INFINITY,
    });
    this.#begins.set(transaction, beginning);
    this.#ends.set(transaction, beginning);
    if (!committed.has(transaction) || operations.every(({ kind }) => kind === "read")) return;
    const commit = this.#addPoint({
      transaction,
      is: "commit",
      earliest: end.invoked,
      latest: end.returned ?? Number.POSITIVE_INFINITY,
    });
    this.#ends.set(transaction, commit);
    this.#addEdge(beginning, { to: commit, kind: undefined });
  }

  #addPoint(point: Point): number {
    this.edges.push([]);
    return this.points.push(point) - 1;
  }

  #addEdge(from: number, edge: Edge): void {
    if (from !== edge.to) this.edges[from]?.push(edge);
  }

  /** Elements in a row: ww. Answers for each key who wrote what next behind each length, for the reads. */
  #addWrites({ orders, appends, committed }: Observations): NextWrites {
    const next: NextWrites = new Map();
    for (const [key, order] of orders) {
      const behind: (Written | undefined)[] = Array(order.length + 1).fill(undefined);
      next.set(key, behind);
      for (let i = order.length - 1; i >= 0; i--) {
        const element = order[i] as string;
        const transaction = appends.get(key)?.get(element)?.transaction;
        const later = behind[i + 1];
        behind[i] = later;
        if (transaction === undefined || !committed.has(transaction)) continue;
        behind[i] = { element, transaction };
        if (later === undefined || later.transaction === transaction) continue;
        const to = this.#ends.get(later.transaction) as number;
        const elements = [element, later.element] as const;
        this.#addEdge(this.#ends.get(transaction) as number, { to, kind: "ww", key, elements });
      }
    }
    return next;
  }

  /** Who wrote the last element of what was read came before: wr. Who wrote the next one came after: rw. */
  #addRead(read: Read, { appends, orders, committed }: Observations, next: NextWrites): void {
    const { transaction, key, list } = read;
    // The final read is made when all is over: whatever is wrong with it shows without an order.
    if (transaction === undefined) return;
    const element = list.at(-1);
    const writer = element === undefined ? undefined : appends.get(key)?.get(element)?.transaction;
    if (writer !== undefined && writer !== transaction && committed.has(writer)) {
      const to = this.#begins.get(transaction) as number;
      this.#addEdge(this.#ends.get(writer) as number, { to, kind: "wr", key, read });
    }
    const later = next.get(key)?.[list.length];
    if (later === undefined || later.transaction === transaction) return;
    if (!isBeginning(list, orders.get(key) ?? [])) return;
    const to = this.#ends.get(later.transaction) as number;
    const elements = ["", later.element] as const;
    this.#addEdge(this.#ends.get(transaction) as number, { to, kind: "rw", key, read, elements });
  }

  /**
   * What was over before something else was called came before it. There are as many such pairs as pairs of transactions, so they
   * are not drawn: each point leads to the moment when it was over at the latest, each moment to the next, and the last moment before a
   * point's call to that point.
   */
  #addRealTime(): void {
    const points = [...this.points.entries()];
    const ends = points.filter(([, { latest }]) => latest < Number.POSITIVE_INFINITY);
    ends.sort(([, a], [, b]) => a.latest - b.latest);
    const moments = ends.map(([point, { latest }]) => {
      const moment = this.#addPoint({
        transaction: undefined,
        is: "clock",
        earliest: latest,
        latest,
      });
      this.#addEdge(point, { to: moment, kind: "rt" });
      return moment;
    });
    for (let i = 1; i < moments.length; i++) {
      this.#addEdge(moments[i - 1] as number, { to: moments[i] as number, kind: "rt" });
    }
    const calls = points.sort(([, a], [, b]) => a.earliest - b.earliest);
    let passed = 0;
    for (const [to, { earliest }] of calls) {
      while (passed < ends.length && (ends[passed]?.[1].latest as number) < earliest) passed++;
      if (passed > 0) this.#addEdge(moments[passed - 1] as number, { to, kind: "rt" });
    }
  }
}

interface Written {
  readonly element: string;
  readonly transaction: TransactionRecord;
}

/** By key and length: the first element at that place or behind it that a committed transaction wrote. */
type NextWrites = Map<string, (Written | undefined)[]>;
