/** What a commit does to the flat map of an ordered engine, and what it takes for granted. */
import type { Changes, ContainerChanges } from "./driver.ts";
import { TransactionConflictError } from "./errors.ts";
import { CONTAINER, GARBAGE, ITEM, markAt, newMark, STAMP } from "./ordered-layout.ts";
import { type Expectation, MAX_EXPECTED, type OrderedSnapshot } from "./ordered-store.ts";
import { crowded, nextTurn } from "./turn-of-loop.ts";
import type { Value } from "./values.ts";

/** What a plan reads of the map. */
export type PlanReads = Pick<OrderedSnapshot, "get">;

/** A plan, and what must hold when it is carried out. */
export interface Planned {
  readonly plan: Plan;
  readonly expected: readonly Expectation[];
}

/** For a plan that reads nothing. */
const NOTHING: PlanReads = { get: () => undefined };

type Change = readonly [key: string, value: Value | null];

export class Plan implements Iterable<Change> {
  readonly #snapshot: PlanReads;
  readonly #expected: Expectation[] = [];
  /** Changes of the catalogue, which are few. */
  readonly #catalogue: Change[] = [];
  /** Changes of items, each with what stands before the keys of its container. */
  readonly #items: { readonly prefix: string; readonly entries: ContainerChanges["entries"] }[] =
    [];
  /** What stands before the keys of the containers that are there afterwards. */
  readonly prefixes: Map<string, string> = new Map();
  leavesGarbage = false;
  /** Whether containers come, go or are cleared. */
  changesContainers = false;

  /** A plan for the changes, as the snapshot has it; `TransactionConflictError` if they do not fit there. */
  static async of(changes: Changes, snapshot: PlanReads): Promise<Plan> {
    const plan = new Plan(snapshot);
    for (const change of changes) {
      await plan.#add(change);
      if (crowded()) await nextTurn();
    }
    plan.#catalogue.push([STAMP, newMark()]);
    return plan;
  }

  /**
   * A plan for changes of items alone, in containers of which it is known what stands before their keys, and nobody else can change it: nothing has to be read, nor to
   * be expected. `undefined` where that is not so.
   */
  static knowing(changes: Changes, prefixes: ReadonlyMap<string, string>): Planned | undefined {
    const plan = new Plan(NOTHING);
    for (const { container, action, entries } of changes) {
      const prefix = prefixes.get(container);
      if (action !== "keep" || prefix === undefined) return undefined;
      plan.#items.push({ prefix, entries });
    }
    plan.#catalogue.push([STAMP, newMark()]);
    return { plan, expected: [] };
  }

  private constructor(snapshot: PlanReads) {
    this.#snapshot = snapshot;
  }

  /** What the plan takes for granted: where it has a base, that nothing was committed since; else just what it needs. */
  async expected(hasBase: boolean): Promise<readonly Expectation[]> {
    if (!hasBase && this.#expected.length <= MAX_EXPECTED) return this.#expected;
    return [[STAMP, await markAt(this.#snapshot, STAMP)]];
  }

  *[Symbol.iterator](): Iterator<Change> {
    yield* this.#catalogue;
    for (const { prefix, entries } of this.#items) {
      for (const [key, value] of entries) yield [prefix + key, value];
    }
  }

  async #add({ container, action, entries }: ContainerChanges): Promise<void> {
    const key = CONTAINER + container;
    const generation = await markAt(this.#snapshot, key);
    if ((generation === undefined) !== (action === "create")) throw new TransactionConflictError();
    this.#expected.push([key, generation]);
    if (action !== "keep") this.changesContainers = true;
    if (generation !== undefined && action !== "keep") {
      this.#catalogue.push([GARBAGE + generation, ""]);
      this.leavesGarbage = true;
    }
    if (action === "delete") {
      this.#catalogue.push([key, null]);
      return;
    }
    let current = generation;
    if (current === undefined || action === "clear") {
      current = newMark();
      this.#catalogue.push([key, current]);
    }
    this.prefixes.set(container, ITEM + current);
    this.#items.push({ prefix: ITEM + current, entries });
  }
}
