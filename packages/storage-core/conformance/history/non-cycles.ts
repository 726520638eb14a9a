/** The anomalies that show without looking at the order of transactions: a list that cannot be, whoever came first. */
import type { Anomaly, AnomalyName } from "./anomaly.ts";
import {
  type Append,
  isBeginning,
  type Observations,
  type Read,
  readerOf,
} from "./observations.ts";
import { shown, type TransactionRecord, textOf, wrote } from "./transaction-record.ts";

/** In the order in which they explain most. One thing that went wrong is told once, however many have seen it. */
export function nonCycles(observations: Observations): readonly Anomaly[] {
  const found = new Map<AnomalyName, Map<string, string>>();
  const tell = (name: AnomalyName, subject: string, explanation: string): void => {
    const known = found.get(name) ?? new Map<string, string>();
    found.set(name, known);
    if (!known.has(subject)) known.set(subject, explanation);
  };
  for (const { transaction, explanation } of observations.inconsistencies) {
    tell("internal inconsistency", transaction.id, explanation);
  }
  for (const read of observations.reads) checkRead(observations, read, tell);
  for (const read of observations.reads) checkOrder(observations, read, tell);
  checkLost(observations, tell);
  for (const transaction of observations.history.transactions) {
    if (transaction.outcome !== "conflict" || wrote(transaction)) continue;
    const what = `T${transaction.id} has only read, and its commit was refused with a conflict`;
    tell("conflict without a write", transaction.id, what);
  }
  return ORDER.flatMap((name) =>
    Array.from(found.get(name)?.values() ?? [], (explanation) => ({ name, explanation })),
  );
}

const ORDER: readonly AnomalyName[] = [
  "internal inconsistency",
  "garbage read",
  "duplicate element",
  "G1a (aborted read)",
  "failed append is there",
  "G1b (intermediate read)",
  "lost update",
  "lost append",
  "incompatible orders",
  "conflict without a write",
];

type Tell = (name: AnomalyName, subject: string, explanation: string) => void;

/** Looks at the elements of one list. */
function checkRead(observations: Observations, read: Read, tell: Tell): void {
  const { key, list, transaction } = read;
  const seen = new Set<string>();
  for (const [i, element] of list.entries()) {
    const subject = `${key} ${element}`;
    if (seen.has(element)) {
      tell("duplicate element", subject, `${readerOf(read)}: ${element} is in it twice`);
    }
    seen.add(element);
    const append = observations.append(key, element);
    if (append === undefined) {
      tell(
        "garbage read",
        subject,
        `${readerOf(read)}: nobody has committed an append of ${element}`,
      );
    } else if (append.transaction === transaction) {
      const what = `${readerOf(read)}: it appends ${element} itself, and later`;
      tell("internal inconsistency", transaction.id, what);
    } else if (hasFailed(append.transaction)) {
      const what = `${readerOf(read)}: ${element} was appended by T${append.transaction.id}, ${failureOf(append.transaction)}`;
      const name = transaction === undefined ? "failed append is there" : "G1a (aborted read)";
      tell(name, subject, what);
    } else if (append.next !== undefined && list[i + 1] !== append.next) {
      checkNext(read, append, append.next, tell);
    }
  }
}

/** An element is not followed by the one that the same transaction appended behind it. */
function checkNext(read: Read, append: Append, next: string, tell: Tell): void {
  const { element, key, transaction } = append;
  const subject = `${key} ${element}`;
  if (read.list.includes(next)) {
    const what = `${readerOf(read)}: T${transaction.id} appended ${element} and then ${next}, which does not follow it there`;
    tell("incompatible orders", subject, what);
  } else {
    const what = `${readerOf(read)}: T${transaction.id} appended ${element} and then ${next}, in one transaction, and only the first is there`;
    tell("G1b (intermediate read)", subject, what);
  }
}

function hasFailed({ outcome }: TransactionRecord): boolean {
  return outcome === "conflict" || outcome === "rolled back";
}

function failureOf({ outcome }: TransactionRecord): string {
  return outcome === "conflict" ? "which was refused with a conflict" : "which was rolled back";
}

function checkOrder(observations: Observations, read: Read, tell: Tell): void {
  const order = observations.order(read.key);
  if (isBeginning(read.list, order)) return;
  const other = observations.reads.find(({ key, list }) => key === read.key && list === order);
  if (other === undefined) return;
  const what = `${readerOf(read)}, and ${readerOf(other)}: neither is the beginning of the other`;
  tell("incompatible orders", read.key, what);
}

/** What was committed must be there in the end. */
function checkLost(observations: Observations, tell: Tell): void {
  const { appends, committed } = observations;
  for (const [key, ofKey] of appends) {
    const final = new Set(observations.final(key));
    const kept: Append[] = [];
    const lost: Append[] = [];
    for (const append of ofKey.values()) {
      if (!committed.has(append.transaction)) continue;
      (final.has(append.element) ? kept : lost).push(append);
    }
    for (const append of lost) {
      const { transaction, element, base } = append;
      const subject = `${transaction.id} ${key}`;
      const end = `in the end ${key} is ${shown(observations.final(key))}`;
      const rival = [...kept, ...lost].find(
        (one) => beside(one.transaction, transaction) && textOf(one.base) === textOf(base),
      );
      if (rival === undefined) {
        const why =
          transaction.outcome === "unknown"
            ? "was killed while it committed, and other parts of it are there"
            : "was committed";
        const what = `T${transaction.id} appended ${element} to ${key} and ${why}; ${end}`;
        tell("lost append", subject, what);
      } else {
        const what = `T${transaction.id} and T${rival.transaction.id} both read ${key} = ${shown(base)}, appended ${element} and ${rival.element}, and were committed; ${end}`;
        tell("lost update", subject, what);
      }
    }
  }
}

/** Whether they are two, and were open at the same time. */
function beside(one: TransactionRecord, other: TransactionRecord): boolean {
  const [earlier, later] = one.begin.invoked < other.begin.invoked ? [one, other] : [other, one];
  const ended = earlier.end.returned ?? Number.POSITIVE_INFINITY;
  return one !== other && ended > later.begin.invoked;
}
