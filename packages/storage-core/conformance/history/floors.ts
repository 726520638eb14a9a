/** Whether a history could have shown anything: one in which nobody met anybody is no proof. */
import { type History, type TransactionRecord, wrote } from "./transaction-record.ts";

export interface Statistics {
  readonly attempts: number;
  readonly committed: number;
  /** Of them, those that wrote. */
  readonly writers: number;
  readonly conflicts: number;
  /** Those whose process was killed while they committed. */
  readonly unknown: number;
  /** Those that were open while one of another session was. */
  readonly overlapping: number;
  /** Reads of lists of two elements or more. */
  readonly longReads: number;
}

export function statisticsOf({ transactions }: History): Statistics {
  const count = (like: (one: TransactionRecord) => boolean): number =>
    transactions.filter(like).length;
  return {
    attempts: transactions.length,
    committed: count(({ outcome }) => outcome === "committed"),
    writers: count((one) => one.outcome === "committed" && wrote(one)),
    conflicts: count(({ outcome }) => outcome === "conflict"),
    unknown: count(({ outcome }) => outcome === "unknown"),
    overlapping: overlapping(transactions),
    longReads: transactions
      .flatMap(({ operations }) => operations)
      .filter(({ list }) => list.length >= 2).length,
  };
}

/** What is too rare to have shown anything, each as a sentence. `committed` is how many must have committed at the least. */
export function underFloors(statistics: Statistics, committed: number): readonly string[] {
  const { attempts } = statistics;
  const least = (what: string, is: number, must: number): string | undefined =>
    is >= must ? undefined : `${what}: ${is}, where ${Math.ceil(must)} must be`;
  return [
    least("committed transactions", statistics.committed, committed),
    least(`committed transactions of ${attempts}`, statistics.committed, attempts / 5),
    least("committed transactions that wrote", statistics.writers, committed / 4),
    least(
      `transactions of ${attempts} beside one of another session`,
      statistics.overlapping,
      attempts * 0.3,
    ),
    least("conflicts", statistics.conflicts, 1),
    least("reads of two elements or more", statistics.longReads, committed / 4),
  ].filter((line) => line !== undefined);
}

/** How many were open while one of another session was. */
function overlapping(transactions: readonly TransactionRecord[]): number {
  const met = new Set<TransactionRecord>();
  let open: TransactionRecord[] = [];
  const byBegin = transactions.toSorted((a, b) => a.begin.invoked - b.begin.invoked);
  for (const one of byBegin) {
    open = open.filter(({ end }) => (end.returned ?? end.invoked) > one.begin.invoked);
    for (const other of open) {
      if (other.session !== one.session) met.add(one).add(other);
    }
    open.push(one);
  }
  return met.size;
}
