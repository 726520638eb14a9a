/**
 * Says of a history whether it can be: whether there is an order of all transactions, and one that real time allows, in which everybody
 * was answered what was answered.
 *
 * The way is that of Elle. Every key holds a list to which unique elements are appended, so a read tells the whole past of its key; from the
 * reads come the order of the writes and who depends on whom, and a cycle of dependencies is a proof that there is no such order. No search
 * through possible orders is needed, so thousands of transactions take a fraction of a second.
 *
 * - Kyle Kingsbury and Peter Alvaro, "Elle: Inferring Isolation Anomalies from Experimental Observations", VLDB 2020,
 *   https://arxiv.org/abs/2003.10554: lists, the recovery of versions, cycles as explanations.
 * - Atul Adya, "Weak Consistency: A Generalized Theory and Optimistic Implementations for Distributed Transactions", thesis, MIT 1999: the
 *   dependencies, the names G0 to G2, and begins as points of their own.
 * - Andrea Cerone and Alexey Gotsman, "Analysing Snapshot Isolation", PODC 2016: which cycles snapshot isolation allows.
 *
 * What this contract adds is where in time a transaction is. One that wrote is at its commit, between the call and the answer; what it read is
 * the state of its begin, and nothing may come between. One that did not write is at its begin. That holds also for those that were refused
 * or rolled back: whatever becomes of a transaction, it has read one state, that of its begin.
 */
import type { Anomaly } from "./anomaly.ts";
import { shortestCycle } from "./cycles.ts";
import { DependencyGraph, type EdgeKind } from "./dependency-graph.ts";
import { explain } from "./explanation.ts";
import { nonCycles } from "./non-cycles.ts";
import { Observations } from "./observations.ts";
import type { History } from "./transaction-record.ts";

/** What the history has that it must not have, what explains most first; nothing where it is valid. */
export type Verdict = readonly Anomaly[];

/** From the plainest cycle to the widest. A cycle that needs no clock is told without one. */
const CYCLES: readonly (readonly EdgeKind[])[] = [
  ["ww"],
  ["ww", "wr"],
  ["ww", "wr", "rw"],
  ["ww", "wr", "rw", "rt"],
];

/** All anomalies that need no order, and of the cycles the first of its kind. */
export function checkHistory(history: History): Verdict {
  const observations = new Observations(history);
  const graph = new DependencyGraph(observations);
  for (const kinds of CYCLES) {
    const cycle = shortestCycle(graph, kinds);
    if (cycle !== undefined) return [...nonCycles(observations), explain(cycle, history)];
  }
  return nonCycles(observations);
}
