/** A storage and the model side by side: each step is taken on both, and must come to the same. */
import { type Call, callInWords } from "./calls.ts";
import { ModelSession } from "./model-session.ts";
import { Committed } from "./model-transaction.ts";
import { endOf, isSame, mismatch, type Outcome, outcomeInWords } from "./outcome.ts";
import type { Stage } from "./stage.ts";
import type { State } from "./state.ts";
import type { Tally } from "./tally.ts";

/** What a step came to is not what it must come to. */
export class Departure extends Error {
  /** The steps that led there, with what each came to; the last is the one. */
  readonly steps: readonly string[];

  constructor(steps: readonly string[]) {
    super(steps.at(-1));
    this.steps = steps;
  }
}

/** The model's side. */
export class Expected {
  readonly committed: Committed;
  readonly sessions: readonly ModelSession[];

  constructor(state: State, sessions: number) {
    this.committed = new Committed(state);
    this.sessions = Array.from({ length: sessions }, () => new ModelSession(this.committed));
  }
}

/** The storage's side, and what was seen of it. */
export class Play<S extends Stage = Stage> {
  readonly stage: S;
  readonly tally: Tally;
  readonly #steps: string[] = [];

  constructor(stage: S, tally: Tally) {
    this.stage = stage;
    this.tally = tally;
  }

  /** Makes the call on both sides, and compares what it comes to. */
  async make(expected: Expected, session: number, call: Call): Promise<Outcome> {
    const outcome = await this.makePart(expected, session, call);
    this.tell(stepOf(session, call), outcomeInWords(outcome));
    return outcome;
  }

  /** The same, as a part of a step that is told as a whole. */
  async makePart(expected: Expected, session: number, call: Call): Promise<Outcome> {
    const { version } = expected.committed;
    const began = performance.now();
    const found = await this.stage.make(session, call);
    const ms = performance.now() - began;
    const right = (expected.sessions[session] as ModelSession).expect(call);
    if (!isSame(found, right)) this.depart(stepOf(session, call), mismatch(found, right));
    if (expected.committed.version > version) this.stage.committed(ms);
    return right;
  }

  /** Notes a step that went well, and what it came to. */
  tell(step: string, how: string): void {
    this.#steps.push(`${step} -> ${how}`);
  }

  depart(step: string, how: string): never {
    throw new Departure([...this.#steps.map((line) => `  ${line}`), `> ${step} -> ${how}`]);
  }

  count(name: string, outcome: Outcome): void {
    this.tally.count(`${name} ${endOf(outcome)}`);
  }
}

/** As it is told: sessions are letters. */
export function stepOf(session: number, call: Call): string {
  return `${nameOf(session)} ${callInWords(call)}`;
}

export function nameOf(session: number): string {
  return String.fromCharCode("A".charCodeAt(0) + session);
}
