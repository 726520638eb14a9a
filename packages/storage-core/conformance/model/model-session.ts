/** A session on the model: what {@link Actor} is on a storage. */
import type { Call, Taken } from "./calls.ts";
import { expectItemCall, type ItemCall } from "./item-calls.ts";
import { type Committed, ModelTransaction } from "./model-transaction.ts";
import { expectedOf, type Outcome, Refusal } from "./outcome.ts";
import type { StoredValue } from "./stored-value.ts";

interface ModelIteration {
  /** What was not taken yet, as it was when the iteration began. */
  left: readonly (readonly [string, StoredValue])[];
  /** The transaction that it ends with. */
  readonly of: ModelTransaction | undefined;
  over: boolean;
}

export class ModelSession {
  readonly #committed: Committed;
  #readonly = false;
  #begun: ModelTransaction | undefined;
  #iteration: ModelIteration | undefined;

  constructor(committed: Committed) {
    this.#committed = committed;
  }

  get hasBegun(): boolean {
    return this.#begun !== undefined;
  }

  get iterates(): boolean {
    return this.#iteration !== undefined;
  }

  /** What the call must come to. */
  expect(call: Call): Outcome {
    return expectedOf(() => this.#make(call));
  }

  /** It is closed, or its process is gone, and all that was not committed with it. */
  die(): void {
    this.#begun = undefined;
    this.#iteration = undefined;
  }

  #make(call: Call): unknown {
    switch (call[0]) {
      case "open":
        this.#readonly = call[1].readonly ?? false;
        return;
      case "close":
        return this.die();
      case "begin":
        if (this.#begun !== undefined) throw new Refusal("TRANSACTION_STATE");
        this.#begun = this.#transaction();
        return;
      case "commit":
        return this.#end().commit();
      case "rollback":
        return this.#end().rollback();
      case "iterate": {
        const [, container, range, take] = call;
        this.#iteration = undefined;
        const left = this.#in((tx) => tx.entries(container, range, "any"));
        this.#iteration = { left, of: this.#begun, over: false };
        return taken(this.#iteration, take);
      }
      case "next":
        return taken(this.#iteration as ModelIteration, call[1]);
      case "return":
        if (this.#iteration !== undefined) this.#iteration.over = true;
        return;
      case "together": {
        const [, ...calls] = call;
        return calls.map((each) => this.expect(each));
      }
      case "transaction": {
        const [, how, ...calls] = call;
        const tx = new ModelTransaction(this.#committed, this.#readonly || how === "read");
        const outcomes = calls.map((each) => expectedOf(() => expectItemCall(tx, each)));
        if (how === "commit") tx.commit();
        return outcomes;
      }
      case "look":
        return this.#in((tx) => tx.look());
      default:
        return this.#item(call);
    }
  }

  #item(call: ItemCall): unknown {
    return this.#in((tx) => expectItemCall(tx, call));
  }

  /** In the transaction that was begun; where there is none, in one of its own. */
  #in<T>(run: (tx: ModelTransaction) => T): T {
    if (this.#begun !== undefined) return run(this.#begun);
    const tx = this.#transaction();
    const answer = run(tx);
    tx.commit();
    return answer;
  }

  #transaction(): ModelTransaction {
    return new ModelTransaction(this.#committed, this.#readonly);
  }

  #end(): ModelTransaction {
    const begun = this.#begun;
    if (begun === undefined) throw new Refusal("TRANSACTION_STATE");
    this.#begun = undefined;
    return begun;
  }
}

/** Takes so many; an iteration that has told of its end, or of that of its transaction, tells of nothing else. */
function taken(iteration: ModelIteration, count: number): Taken {
  if (iteration.over) return { entries: [], end: true };
  if (iteration.of?.over) {
    iteration.over = true;
    throw new Refusal("TRANSACTION_STATE");
  }
  const entries = iteration.left.slice(0, count);
  iteration.left = iteration.left.slice(count);
  iteration.over = entries.length < count;
  return { entries, end: iteration.over };
}
