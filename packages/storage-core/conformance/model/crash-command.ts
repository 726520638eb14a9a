/**
 * The process with all sessions in it is killed. Then everything is there that was acknowledged, and of a call under way all or nothing: the
 * model goes on with what is found.
 */
import type { Call } from "./calls.ts";
import { type Command, openAll } from "./commands.ts";
import type { ItemCall } from "./item-calls.ts";
import type { ModelSession } from "./model-session.ts";
import { contentsOf } from "./model-transaction.ts";
import { isSame, mismatch, type Outcome, outcomeInWords } from "./outcome.ts";
import { type Expected, type Play, stepOf } from "./play.ts";
import type { CallUnderWay, StageInProcess } from "./stage-in-process.ts";
import type { State } from "./state.ts";

export class CrashCommand implements Command<StageInProcess> {
  readonly #during: CallUnderWay | undefined;

  /** Between two calls, where none is under way. */
  constructor(during?: CallUnderWay) {
    this.#during = during;
  }

  check({ sessions }: Expected): boolean {
    if (this.#during?.call[0] !== "commit") return true;
    return (sessions[this.#during.session] as ModelSession).hasBegun;
  }

  async run(expected: Expected, play: Play<StageInProcess>): Promise<void> {
    const before = expected.committed.state;
    const answer = await play.stage.kill(this.#during);
    const allowed =
      this.#during === undefined
        ? [before]
        : allowedAfter(expected, this.#during, answer, (how) => play.depart(this.#step, how));
    for (const session of expected.sessions) session.die();
    await openAll(expected, play);
    const found = await play.stage.make(0, ["look"]);
    const left = allowed.find((state) => isSame(found, { value: contentsOf(state) }));
    if (left === undefined) {
      const answered = answer === undefined ? "not answered" : outcomeInWords(answer);
      const differences = allowed.map((state) => mismatch(found, { value: contentsOf(state) }));
      play.depart(this.#step, `${answered}; there is ${differences.join("; and ")}`);
    }
    expected.committed.state = left;
    if (this.#during === undefined) {
      play.tally.count("crash idle");
      play.tell(this.#step, "ok");
    } else if (answer !== undefined) {
      play.tally.count("crash answered");
      play.tell(this.#step, `${outcomeInWords(answer)}, before`);
    } else if (allowed.length === 1) {
      play.tally.count("crash pointless");
      play.tell(this.#step, "not answered, and nothing to commit");
    } else {
      const how = left === before ? "undone" : "done";
      play.tally.count("crash unanswered");
      play.tally.count(`of what was unanswered ${how}`);
      play.tell(this.#step, `not answered, and ${how}`);
    }
  }

  get #step(): string {
    if (this.#during === undefined) return "the process is killed, and all open again";
    const { session, call } = this.#during;
    return `the process is killed during ${stepOf(session, call)}, and all open again`;
  }
}

/** What may be there after the crash. The model has made the call then. */
function allowedAfter(
  { committed, sessions }: Expected,
  { session, call }: CallUnderWay,
  answer: Outcome | undefined,
  depart: (how: string) => never,
): readonly State[] {
  const actor = sessions[session] as ModelSession;
  if (answer !== undefined) {
    const right = actor.expect(call);
    if (!isSame(answer, right)) depart(mismatch(answer, right));
    return [committed.state];
  }
  const states = [committed.state];
  // Calls that are made together are commits of their own, in their order.
  const parts: readonly Call[] = call[0] === "together" ? (call.slice(1) as ItemCall[]) : [call];
  for (const part of parts) {
    actor.expect(part);
    if (committed.state !== states.at(-1)) states.push(committed.state);
  }
  return states;
}
