/**
 * One session of a history: random transactions on a storage, one after another, each with what it asked, what it was answered and when. A
 * seed repeats what is asked for; what comes of it is up to the others.
 */
import { TransactionConflictError } from "../../src/errors.ts";
import type { OpenOptions } from "../../src/options.ts";
import type { Storage } from "../../src/storage.ts";
import type { Transaction } from "../../src/transaction.ts";
import { letTurn } from "../event-loop.ts";
import { Random } from "../random.ts";
import {
  type Call,
  listOf,
  now,
  type Operation,
  type Outcome,
  type TransactionRecord,
  textOf,
} from "./transaction-record.ts";

/** The containers of a history. Each key is in one of them: `a/0.2`. */
export const CONTAINERS: readonly string[] = ["a", "b"];
const KEYS = 2;
/** After so many transactions a session goes on to other keys, so that lists stay short. */
const GENERATION = 20;
const MOST_OPERATIONS = 4;
/** Who only reads does more, and so sees more of what others commit meanwhile, if anything of it. */
const MOST_READS = 10;

/** What is told of a transaction: once when its commit is called, with an unknown outcome, and again when it has ended. */
export type Tell = (record: TransactionRecord) => void;

export interface SessionPlan {
  /** The session's own number, which also makes its elements its own. */
  readonly session: number;
  readonly seed: number;
  readonly transactions: number;
}

/** Every other session waits for no disk: there is one order of commits, however durable each of them is. */
export function openOptions({ session }: SessionPlan): OpenOptions {
  return { durability: session % 2 === 0 ? "power-loss" : "process-crash" };
}

/** A transaction that is random, but for the elements that it appends. */
interface Plan {
  readonly byHand: boolean;
  readonly readonly: boolean;
  readonly rollBack: boolean;
  readonly steps: readonly {
    readonly append: boolean;
    readonly container: string;
    readonly key: string;
  }[];
}

/** Thrown to have a transaction rolled back. */
const ON_PURPOSE = new Error("rolled back on purpose");

/** Runs the transactions of a session. Rejects where anything else happens than that one commits or meets a conflict. */
export async function runSession(storage: Storage, plan: SessionPlan, tell: Tell): Promise<void> {
  const session = new Session(storage, plan, tell);
  for (let n = 0; n < plan.transactions; n++) await session.next(n);
}

class Session {
  readonly #storage: Storage;
  readonly #session: string;
  readonly #random: Random;
  readonly #tell: Tell;
  #attempts = 0;
  #elements = 0;

  constructor(storage: Storage, { session, seed }: SessionPlan, tell: Tell) {
    this.#storage = storage;
    this.#session = String(session);
    this.#random = new Random(seed * 1000 + session);
    this.#tell = tell;
  }

  async next(n: number): Promise<void> {
    const plan = this.#plan(Math.floor(n / GENERATION));
    await letTurn(this.#random.below(3));
    if (plan.byHand) await this.#byHand(plan);
    else await this.#inFunction(plan);
  }

  #plan(generation: number): Plan {
    const random = this.#random;
    const readonly = random.once(3);
    const most = readonly ? MOST_READS : MOST_OPERATIONS;
    const steps = Array.from({ length: 1 + random.below(most) }, (_, i) => ({
      append: !readonly && (i === 0 || random.once(2)),
      container: random.pick(CONTAINERS),
      key: `${generation}.${random.below(KEYS)}`,
    }));
    // Not always the append first.
    if (random.once(2)) steps.reverse();
    return { byHand: random.once(2), readonly, rollBack: random.once(8), steps };
  }

  async #byHand(plan: Plan): Promise<void> {
    const invoked = now();
    const tx = await this.#storage.begin();
    const attempt = new Attempt(this.#nextId(), this.#session, { invoked, returned: now() });
    // The calls on the storage are part of the transaction as well.
    await this.#operate(this.#random.once(2) ? tx : this.#storage, plan, attempt);
    if (plan.rollBack) {
      attempt.endCalled();
      await this.#storage.rollback();
      this.#tell(attempt.record("rolled back", now()));
      return;
    }
    await this.#aboutToCommit(attempt);
    try {
      await this.#storage.commit();
    } catch (error) {
      if (!(error instanceof TransactionConflictError)) throw error;
      this.#tell(attempt.record("conflict", now()));
      return;
    }
    this.#tell(attempt.record("committed", now()));
  }

  /** Each run of the function is a transaction; one that is followed by another has met a conflict. */
  async #inFunction(plan: Plan): Promise<void> {
    let attempt: Attempt | undefined;
    let invoked = now();
    const run = async (tx: Transaction): Promise<void> => {
      const returned = now();
      if (attempt !== undefined) this.#tell(attempt.record("conflict", returned));
      attempt = new Attempt(this.#nextId(), this.#session, { invoked, returned });
      await this.#operate(tx, plan, attempt);
      if (plan.rollBack) {
        attempt.endCalled();
        throw ON_PURPOSE;
      }
      await this.#aboutToCommit(attempt);
      // What comes next, if anything, is another attempt.
      invoked = now();
    };
    let outcome: Outcome = "committed";
    try {
      const readonly = plan.readonly && this.#random.once(2);
      await this.#storage.transaction(run, { readonly });
    } catch (error) {
      if (error === ON_PURPOSE) outcome = "rolled back";
      else if (error instanceof TransactionConflictError) outcome = "conflict";
      else throw error;
    }
    const ended = attempt as Attempt | undefined;
    if (ended !== undefined) this.#tell(ended.record(outcome, now()));
  }

  async #operate(
    on: Pick<Storage, "getContainerItem" | "setContainerItem">,
    { steps }: Plan,
    { operations }: Attempt,
  ): Promise<void> {
    for (const { append, container, key } of steps) {
      const list = listOf(await on.getContainerItem(container, key));
      const name = `${container}/${key}`;
      if (append) {
        // Unique: no two sessions of a history have the same number.
        const element = `${++this.#elements}s${this.#session}`;
        await on.setContainerItem(container, key, textOf([...list, element]));
        operations.push({ kind: "append", key: name, list, element });
      } else {
        operations.push({ kind: "read", key: name, list });
      }
      await letTurn(this.#random.below(4));
    }
  }

  async #aboutToCommit(attempt: Attempt): Promise<void> {
    attempt.endCalled();
    this.#tell(attempt.record("unknown", undefined));
    // Whoever is to be killed may be killed here, or in the commit, or behind it.
    await letTurn(this.#random.below(3));
  }

  #nextId(): string {
    return `${this.#session}.${++this.#attempts}`;
  }
}

/** A transaction that is under way. */
class Attempt {
  readonly operations: Operation[] = [];
  readonly #id: string;
  readonly #session: string;
  readonly #begin: Call;
  #called = 0;

  constructor(id: string, session: string, begin: Call) {
    this.#id = id;
    this.#session = session;
    this.#begin = begin;
  }

  endCalled(): void {
    this.#called = now();
  }

  record(outcome: Outcome, returned: number | undefined): TransactionRecord {
    return {
      id: this.#id,
      session: this.#session,
      begin: this.#begin,
      operations: [...this.operations],
      end: { invoked: this.#called, returned },
      outcome,
    };
  }
}
