/**
 * Random steps on a storage and on the model, in many runs, each on a storage of its own. Where one comes to something else than the model says,
 * steps are left out one by one for as long as it still does, and what is left is told.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Arbitrary } from "fast-check";
import type { Context } from "../context.ts";
import { wordsOf } from "../failure.ts";
import { type FastCheck, loadFastCheck } from "../fast-check.ts";
import { Random } from "../random.ts";
import { type Command, closeAll, openAll } from "./commands.ts";
import { Departure, Expected, Play } from "./play.ts";
import { sequencesOf } from "./sequences.ts";
import type { Stage } from "./stage.ts";
import type { State } from "./state.ts";
import { inputOf } from "./stored-value.ts";
import { Tally } from "./tally.ts";

export interface ModelPlan<S extends Stage> {
  readonly sessions: number;
  /** What is there before the first step. */
  readonly beginning: State;
  /** Sequences of half as many to so many steps, and how many of them. */
  readonly steps: number;
  readonly runs: number;
  readonly commands: (fc: FastCheck) => Arbitrary<Command<S>>;
  /** How often what must happen in one round, at least. */
  readonly floors: Readonly<Record<string, number>>;
}

/** No sequence is shortened for longer, in milliseconds. */
const SHORTENING_MS = 15_000;
/** So many times the plan's runs are made where too little has happened, each time with another seed. */
const MOST_BATCHES = 5;

/** A plan's sequences, on one stage. */
export class ModelRun<S extends Stage> {
  /** What has happened in all rounds. */
  readonly tally: Tally = new Tally();
  readonly #context: Context;
  readonly #stage: S;
  readonly #plan: ModelPlan<S>;

  constructor(context: Context, stage: S, plan: ModelPlan<S>) {
    this.#context = context;
    this.#stage = stage;
    this.#plan = plan;
  }

  /** Runs the sequences of the context's seed. Rejects where one departs from the model, or where too little happens for that to show anything. */
  async round(): Promise<void> {
    const { path, seed } = this.#context;
    mkdirSync(path, { recursive: true });
    const tally = new Tally();
    const random = new Random(seed);
    for (let batch = 0; batch < MOST_BATCHES; batch++) {
      await this.#batch(batch === 0 ? seed : random.below(2 ** 31), tally);
      if (tally.under(this.#plan.floors).length === 0) break;
    }
    const rare = tally.under(this.#plan.floors).join("; ");
    this.#context.ok(
      rare === "",
      `seed ${seed}: too little has happened to show anything: ${rare}`,
    );
    this.tally.add(tally);
  }

  /** Runs only the sequence that the path names, of the context's seed. */
  async replay(path: string): Promise<void> {
    mkdirSync(this.#context.path, { recursive: true });
    await this.#batch(this.#context.seed, this.tally, path);
    this.#context.cannotRun(
      "all but the steps that CONFORMANCE_PATH names, which come to what they must",
    );
  }

  async #batch(seed: number, tally: Tally, path?: string): Promise<void> {
    const fc: FastCheck = await loadFastCheck();
    const { commands, runs: numRuns, steps } = this.#plan;
    let runs = 0;
    let failedAt = Number.POSITIVE_INFINITY;
    const sequences = sequencesOf(fc, commands(fc), steps);
    const property = fc.asyncProperty(sequences, async (sequence) => {
      // Of a replay, the one that is named; of what is shortened, as much as there is time for.
      fc.pre(path === undefined || runs === 0);
      fc.pre(performance.now() < failedAt + SHORTENING_MS);
      const place = join(this.#context.path, `${seed}-${++runs}`);
      const play = new Play(this.#stage, tally);
      try {
        await this.#run(place, play, (model) =>
          fc.asyncModelRun(() => ({ model, real: play }), sequence),
        );
      } catch (error) {
        failedAt = Math.min(failedAt, performance.now());
        throw error;
      }
    });
    const replaying = path === undefined ? {} : { path, endOnFailure: true };
    const details = await fc.check(property, { seed, numRuns, ...replaying });
    this.#context.assertions += runs;
    if (details.counterexample === null) return;
    const chosen = `CONFORMANCE_SEED=${seed} CONFORMANCE_PATH=${details.counterexamplePath}`;
    throw failureOf(details.errorInstance, chosen);
  }

  /** Takes steps on a storage of their own; in the end all close, and everything is there when it is opened again. */
  async #run(
    path: string,
    play: Play<S>,
    steps: (expected: Expected) => Promise<void>,
  ): Promise<void> {
    const { beginning, sessions } = this.#plan;
    const expected = new Expected(beginning, sessions);
    try {
      await create(this.#context, path, beginning);
      await this.#stage.begin(path);
      await openAll(expected, play);
      await steps(expected);
      await closeAll(expected, play);
      await play.makePart(expected, 0, ["open", {}]);
      play.tell("in the end all close, and A opens", "ok");
      await play.make(expected, 0, ["look"]);
    } catch (error) {
      // It has failed already, so how it closes is no news.
      await this.#stage.leave().catch(() => {});
      throw error;
    }
    await this.#stage.leave();
  }
}

function failureOf(error: unknown, replay: string): Error {
  const again = `\n  ${replay} repeats it`;
  if (!(error instanceof Departure)) {
    const [said] = wordsOf(error);
    return new Error(`random steps end with an error: ${said}${again}`, { cause: error });
  }
  const steps = error.steps.map((step) => `\n    ${step}`).join("");
  return new Error(`random steps, left out one by one while the last goes wrong:${steps}${again}`);
}

/** Makes a storage with these containers and items. */
async function create({ target }: Context, path: string, beginning: State): Promise<void> {
  const storage = await target.storage.open(path, { create: true });
  try {
    await storage.transaction(async (tx) => {
      for (const [container, items] of beginning) {
        await tx.addContainer(container);
        const entries = [...items].map(([key, value]) => [key, inputOf(value)] as const);
        await tx.setContainerItems(container, entries);
      }
    });
  } finally {
    await storage.close();
  }
}
