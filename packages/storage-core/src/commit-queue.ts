/**
 * The queue of an engine's writers, first come first served.
 *
 * Two kinds wait in it: autocommits, and the turns of `transaction()`. All autocommits that stand together at the head go into
 * one commit of the engine (group commit); a turn has the head to itself until it is given back. A transaction that was begun
 * by hand does not queue: its commit goes in between two writes of the engine, and may be what a turn conflicts with.
 *
 * Invariants:
 * 1. The engine's `write` runs once at a time, whoever calls it (`#writes`).
 * 2. Autocommits take effect in the order in which they came. One that fails changes nothing, for itself or its neighbours.
 * 3. No wait is without an end: what waits past its deadline leaves the queue with a `StorageBusyError`.
 */
import { CallOrder } from "./call-order.ts";
import { Courtesy } from "./courtesy.ts";
import type { As, Changes, Durability, Engine, Snapshot, Value } from "./driver.ts";
import { StorageAbortError, StorageBusyError, TransactionConflictError } from "./errors.ts";
import { isPromise, type MaybePromise } from "./maybe-promise.ts";
import type { Write } from "./overlay.ts";
import { crowded, nextTurn } from "./turn-of-loop.ts";
import { View } from "./view.ts";
import { busy, type Deadline, deadlineIn, timeLeft, untilFree } from "./wait.ts";
import { type Waiting, WaitingLine } from "./waiting-line.ts";

/** The right to be the only one of this queue that writes, until it is given back. */
export interface Turn {
  end(): void;
}

interface Autocommit extends Waiting {
  readonly kind: "write";
  readonly resolve: () => void;
  readonly write: Write;
  readonly durability: Durability;
}

interface TurnWanted extends Waiting {
  readonly kind: "turn";
  readonly resolve: (turn: Turn) => void;
}

/** Autocommits that go into one commit, at most. */
const GROUP_LIMIT = 4096;

/** So many containers are remembered, at most. */
const MAX_THERE = 1000;

/** So many microtasks are left to callers that are about to write, before a group is closed. */
const GATHER_TICKS = 3;

export class CommitQueue {
  readonly #engine: Engine;
  readonly #path: string;
  readonly #courtesy: Courtesy | undefined;
  readonly #writes = new CallOrder();
  readonly #line = new WaitingLine<Autocommit | TurnWanted>();
  /** Containers that were there when they were last written to. */
  readonly #there = new Set<string>();
  #running = false;

  /** `isShared`: whether other processes or threads may write to the engine's storage as well. */
  constructor(engine: Engine, path: string, isShared: boolean) {
    this.#engine = engine;
    this.#path = path;
    this.#courtesy = isShared ? new Courtesy() : undefined;
  }

  /** Commits one write by itself; resolves when it is as durable as asked. */
  write(write: Write, durability: Durability, deadline: Deadline): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#enter({ kind: "write", write, durability, deadline, resolve, reject });
    });
  }

  /** Resolves when it is the caller's turn. */
  turn(deadline: Deadline, signal?: AbortSignal): Promise<Turn> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(new StorageAbortError(signal.reason));
        return;
      }
      const wanted: TurnWanted = {
        kind: "turn",
        deadline,
        resolve: (turn) => {
          signal?.removeEventListener("abort", abort);
          resolve(turn);
        },
        reject: (error) => {
          signal?.removeEventListener("abort", abort);
          reject(error);
        },
      };
      const abort = (): void => {
        this.#line.remove(wanted);
        wanted.reject(new StorageAbortError(signal?.reason));
      };
      signal?.addEventListener("abort", abort, { once: true });
      this.#enter(wanted);
    });
  }

  /** Pins a snapshot, waiting for the engine where it is busy. */
  pin(durability: Durability, deadline: Deadline): MaybePromise<Snapshot> {
    return untilFree(
      () => this.#engine.snapshot(durability),
      deadline,
      `a snapshot of ${this.#path}, which another process or thread keeps locked`,
    );
  }

  /** The newest value of a key, where the engine has it without a snapshot; `null` where one has to be pinned. */
  get(container: string, key: string, as: As): Value | undefined | null {
    return this.#engine.get === undefined ? null : this.#engine.get(container, key, as);
  }

  /** Commits a transaction's writes, if nobody has committed since its snapshot was taken. */
  async commit(view: View, durability: Durability, timeout: number): Promise<void> {
    await this.#apply(view.overlay.changes(), view.snapshot, durability, deadlineIn(timeout));
  }

  #apply(
    changes: Changes,
    base: Snapshot | undefined,
    durability: Durability,
    deadline: Deadline,
  ): MaybePromise<void> {
    const write = (met: () => void = () => {}): MaybePromise<void> => {
      let tries = 0;
      return untilFree(
        () => {
          if (tries++ > 0) met();
          return this.#engine.write(changes, { base, durability });
        },
        deadline,
        `the write lock of ${this.#path}, which another process or thread holds`,
      );
    };
    return this.#writes.run(() => (this.#courtesy ? this.#courtesy.write(write) : write()));
  }

  #enter(waiting: Autocommit | TurnWanted): void {
    this.#line.push(waiting);
    if (this.#running) return;
    this.#running = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    for (;;) {
      for (let tick = 0; tick < GATHER_TICKS; tick++) await null;
      if (crowded()) await nextTurn();
      const { head } = this.#line;
      if (head === undefined) break;
      if (head.kind === "write") await this.#commitGroup();
      else await this.#giveTurn(head);
    }
    this.#running = false;
  }

  async #giveTurn(wanted: TurnWanted): Promise<void> {
    this.#line.shift();
    const ended = new Promise<void>((end) => wanted.resolve({ end }));
    await this.#line.hold("another transaction() of this process", ended);
  }

  /** Takes the autocommits at the head, and commits them together. */
  async #commitGroup(): Promise<void> {
    const group = this.#line.takeWhile(isAutocommit, GROUP_LIMIT);
    await this.#line.hold(`the commit of others to ${this.#path}`, this.#commitTogether(group));
  }

  /** Settles each of the group. Never rejects. */
  async #commitTogether(group: readonly Autocommit[]): Promise<void> {
    const deadline = earliest(group);
    for (;;) {
      const refused = new Map<Autocommit, unknown>();
      try {
        await this.#tryGroup(group, refused, deadline);
      } catch (error) {
        this.#there.clear();
        // A container that came or went between the snapshot and the write: look again.
        if (error instanceof TransactionConflictError && timeLeft(deadline) > 0) continue;
        const failure =
          error instanceof TransactionConflictError
            ? busy(deadline, `a moment at which ${this.#path} stood still`, error)
            : error;
        if (group.length === 1) group[0]?.reject(failure);
        else if (failure instanceof StorageBusyError) await this.#settleBusy(group, failure);
        // One of them may be what the engine cannot take; its neighbours must not fail with it.
        else for (const one of group) await this.#commitTogether([one]);
        return;
      }
      for (const one of group) {
        if (refused.has(one)) one.reject(refused.get(one));
        else one.resolve();
      }
      return;
    }
  }

  /** Those whose time is up fail; the others try on. */
  async #settleBusy(group: readonly Autocommit[], failure: StorageBusyError): Promise<void> {
    const left = group.filter(({ deadline }) => timeLeft(deadline) > 0);
    for (const one of group) if (!left.includes(one)) one.reject(failure);
    if (left.length > 0) await this.#commitTogether(left);
  }

  /** One try: looks at the newest state, applies each in order, and commits what was not refused. */
  async #tryGroup(
    group: readonly Autocommit[],
    refused: Map<Autocommit, unknown>,
    deadline: Deadline,
  ): Promise<void> {
    const durability = group.some((one) => one.durability === "power-loss")
      ? "power-loss"
      : "process-crash";
    // Where all set items in containers that were there, nothing has to be read: the engine tells if one is gone.
    const blind = group.every(
      ({ write }) => write.kind === "put" && this.#there.has(write.container),
    );
    const [only] = group;
    if (blind && group.length === 1 && only?.write.kind === "put") {
      const { container, entries } = only.write;
      if (entries.length === 1) {
        // There is nothing to put in order.
        const changes: Changes = [{ container, action: "keep", entries, size: 1 }];
        await this.#apply(changes, undefined, durability, deadline);
        return;
      }
    }
    const pinned = blind ? THERE : this.pin(durability, deadline);
    const snapshot = isPromise(pinned) ? await pinned : pinned;
    let open = true;
    const close = async (): Promise<void> => {
      if (!open) return;
      open = false;
      await snapshot.close();
    };
    try {
      const view = new View(snapshot);
      for (const one of group) {
        try {
          const applied = view.apply(one.write);
          if (isPromise(applied)) await applied;
        } catch (error) {
          refused.set(one, error);
        }
        if (crowded()) await nextTurn();
      }
      if (view.overlay.isEmpty) return;
      const base = view.overlay.needsBase ? snapshot : undefined;
      // A snapshot that is open while others commit keeps an engine from tidying up behind them.
      if (base === undefined) await close();
      const written = this.#apply(view.overlay.changes(), base, durability, deadline);
      if (isPromise(written)) await written;
      for (const one of group) {
        if (one.write.kind === "put" && !refused.has(one)) this.#note(one.write.container);
      }
    } finally {
      await close();
    }
  }

  #note(container: string): void {
    if (this.#there.size >= MAX_THERE) this.#there.clear();
    this.#there.add(container);
  }
}

/** A state in which every container is, and of which nothing else is asked. */
const THERE: Snapshot = {
  has: () => true,
  containers: unasked,
  get: unasked,
  getMany: unasked,
  page: unasked,
  keys: unasked,
  count: unasked,
  close: () => {},
};

function unasked(): never {
  throw new Error("what only sets items reads nothing");
}

function isAutocommit(waiting: Autocommit | TurnWanted): waiting is Autocommit {
  return waiting.kind === "write";
}

function earliest(group: readonly Autocommit[]): Deadline {
  return group.reduce((a, b) => (timeLeft(b.deadline) < timeLeft(a.deadline) ? b : a)).deadline;
}
