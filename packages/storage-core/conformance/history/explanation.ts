/** A cycle in words, and by what name it is known. */
import type { Anomaly, AnomalyName } from "./anomaly.ts";
import type { Link } from "./cycles.ts";
import type { Point } from "./dependency-graph.ts";
import { readerOf } from "./observations.ts";
import type { History } from "./transaction-record.ts";

export function explain(cycle: readonly Link[], history: History): Anomaly {
  const start = Math.min(...history.transactions.map(({ begin }) => begin.invoked));
  const steps = cycle.map((link) => stepInWords(link, start));
  const ids = cycle.map(({ from }) => nameOf(from));
  const round = `${[...ids, ids[0]].join(" before ")}, which cannot be`;
  return { name: cycleName(cycle), explanation: `${steps.join("; ")}. So ${round}` };
}

/**
 * The names are Adya's and those of Cerone and Gotsman, whose theorem says what snapshot isolation allows: cycles in which two read-write
 * dependencies follow each other, as in a write skew, and no others. This contract allows none.
 */
function cycleName(cycle: readonly Link[]): AnomalyName {
  const kinds = cycle.map(({ edge }) => edge.kind);
  if (kinds.includes("rt")) return realTimeName(cycle);
  const reads = kinds.filter((kind) => kind === "rw").length;
  if (reads === 0)
    return kinds.includes("wr") ? "G1c (circular information flow)" : "G0 (write cycle)";
  if (reads === 1) {
    const sameKey = new Set(cycle.map(({ edge }) => edge.key)).size === 1;
    const lost = cycle.length === 2 && kinds.includes("ww") && sameKey;
    return lost ? "lost update" : "G-single (read skew)";
  }
  const adjacent = kinds.some((kind, i) => kind === "rw" && kinds[(i + 1) % kinds.length] === "rw");
  return adjacent ? "G2-item (write skew)" : "G-nonadjacent (long fork)";
}

function realTimeName(cycle: readonly Link[]): AnomalyName {
  const inTime = cycle.filter(({ edge }) => edge.kind === "rt");
  const [link] = inTime;
  if (cycle.length > 2 || inTime.length > 1 || link === undefined) return "real-time violation";
  if (cycle.some(({ edge }) => edge.kind === "wr")) return "real-time violation (late snapshot)";
  return beganAfter(link)
    ? "real-time violation (stale snapshot)"
    : "real-time violation (missed conflict)";
}

/** Whether the later transaction was begun when the earlier had resolved, not only committed then. */
function beganAfter({ from, to }: Link): boolean {
  return to.transaction !== undefined && from.latest < to.transaction.begin.invoked;
}

function stepInWords({ from, to, edge }: Link, start: number): string {
  const [earlier, later] = [nameOf(from), nameOf(to)];
  const [before = "", behind = ""] = edge.elements ?? [];
  const read = edge.read === undefined ? "" : readerOf(edge.read);
  switch (edge.kind) {
    case "ww":
      return `${earlier} appended ${before} to ${edge.key} and so came before ${later}, which appended ${behind} behind it`;
    case "wr":
      return `${read} and so came after ${earlier}, which appended ${edge.read?.list.at(-1)}`;
    case "rw":
      return `${read} and so came before ${later}, which appended ${behind}`;
    case "rt": {
      const what = from.is === "commit" ? `${earlier} had resolved` : `${earlier} had begun`;
      const [point, at] = beganAfter({ from, to, edge })
        ? ["began", to.transaction?.begin.invoked ?? to.earliest]
        : ["called commit", to.earliest];
      return `${what} (${ms(from.latest - start)}) before ${later} ${point} (${ms(at - start)})`;
    }
  }
}

function nameOf({ transaction }: Point): string {
  return `T${transaction?.id}`;
}

function ms(nanoseconds: number): string {
  return `at ${(nanoseconds / 1e6).toFixed(3)} ms`;
}
