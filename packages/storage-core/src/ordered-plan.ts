/** What a commit does to the flat map of an ordered engine, and what it takes for granted. */
import type { Changes, ContainerChanges } from "./driver.ts";
import { TransactionConflictError } from "./errors.ts";
import { CONTAINER, GARBAGE, ITEM, markAt, newMark, STAMP } from "./ordered-layout.ts";
import { type Expectation, MAX_EXPECTED, type OrderedSnapshot } from "./ordered-store.ts";
import { crowded, nextTurn } from "./turn-of-loop.ts";
import type { Value } from "./values.ts";

/** What a plan reads of the map. */
export type PlanReads = Pick<OrderedSnapshot, "get">;

type Change = readonly [key: string, value: Value | null];

export class Plan implements Iterable<Change> {
  /** What must hold when it is carried out. */
  expected: readonly Expectation[] = [];
  /** Of this commit; the same in each iteration. */
  readonly #stamp = newMark();
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

  /**
   * A plan for the changes, as the snapshot has it; `TransactionConflictError` if they do not fit there. It takes for granted that nothing was committed since, where it has a
   * base; else just what it needs.
   */
  static async of(changes: Changes, snapshot: PlanReads, hasBase: boolean): Promise<Plan> {
    const plan = new Plan();
    const needed: Expectation[] = [];
    for (const change of changes) {
      needed.push(await plan.#add(change, snapshot));
      if (crowded()) await nextTurn();
    }
    const isEach = !hasBase && needed.length <= MAX_EXPECTED;
    plan.expected = isEach ? needed : [[STAMP, await markAt(snapshot, STAMP)]];
    return plan;
  }

  /**
   * A plan for changes of items alone, in containers of which it is known what stands before their keys, and nobody else can change it: nothing has to be read, nor to
   * be expected. `undefined` where that is not so.
   */
  static knowing(changes: Changes, prefixes: ReadonlyMap<string, string>): Plan | undefined {
    const plan = new Plan();
    for (const { container, action, entries } of changes) {
      const prefix = prefixes.get(container);
      if (action !== "keep" || prefix === undefined) return undefined;
      plan.#items.push({ prefix, entries });
    }
    return plan;
  }

  private constructor() {}

  *[Symbol.iterator](): Iterator<Change> {
    yield* this.#catalogue;
    yield [STAMP, this.#stamp];
    for (const { prefix, entries } of this.#items) {
      for (const [key, value] of entries) yield [prefix + key, value];
    }
  }

  /** Answers what it takes for granted. */
  async #add(
    { container, action, entries }: ContainerChanges,
    snapshot: PlanReads,
  ): Promise<Expectation> {
    const key = CONTAINER + container;
    const generation = await markAt(snapshot, key);
    if ((generation === undefined) !== (action === "create")) throw new TransactionConflictError();
    const needed: Expectation = [key, generation];
    if (action !== "keep") this.changesContainers = true;
    if (generation !== undefined && action !== "keep") {
      this.#catalogue.push([GARBAGE + generation, ""]);
      this.leavesGarbage = true;
    }
    if (action === "delete") {
      this.#catalogue.push([key, null]);
      return needed;
    }
    let current = generation;
    if (current === undefined || action === "clear") {
      current = newMark();
      this.#catalogue.push([key, current]);
    }
    this.prefixes.set(container, ITEM + current);
    this.#items.push({ prefix: ITEM + current, entries });
    return needed;
  }
}
