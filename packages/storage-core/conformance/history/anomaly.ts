/** What a history must not have: a name for it, and what has happened in words. */

export type AnomalyName =
  /** A transaction did not read what it had read or appended before. */
  | "internal inconsistency"
  | "garbage read"
  | "duplicate element"
  | "G1a (aborted read)"
  | "failed append is there"
  | "G1b (intermediate read)"
  | "lost update"
  | "lost append"
  | "incompatible orders"
  | "conflict without a write"
  | "G0 (write cycle)"
  | "G1c (circular information flow)"
  | "G-single (read skew)"
  | "G-nonadjacent (long fork)"
  | "G2-item (write skew)"
  /** It began when another had resolved, and does not see that one. */
  | "real-time violation (stale snapshot)"
  /** It sees what was committed after its begin had resolved. */
  | "real-time violation (late snapshot)"
  /** It committed on a snapshot that was no longer the newest. */
  | "real-time violation (missed conflict)"
  | "real-time violation";

export interface Anomaly {
  readonly name: AnomalyName;
  readonly explanation: string;
}
