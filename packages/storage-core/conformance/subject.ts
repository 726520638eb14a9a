/**
 * A process in which things are done to a storage that may cost it its life, and that does what a check tells it, call by call. Where it dies, the
 * check fails with the signal and what was being done; it never hangs.
 */
import type { ChildRun } from "./child-run.ts";
import { LIMIT_MS } from "./child-run.ts";
import type { Context, Refusal } from "./context.ts";
import type { SubjectCalls } from "./subject-calls.ts";
import { within } from "./waiting.ts";

/** What was thrown, as the check sees it. */
export interface Thrown {
  readonly refusal: Refusal;
  readonly message: string;
  /** The message of what caused it; `undefined` where there is no cause. */
  readonly cause: string | undefined;
}

/** What a call comes to. */
export type Outcome<T> =
  | { readonly value: T; readonly thrown?: undefined }
  | { readonly thrown: Thrown };

type Call = keyof SubjectCalls;
type Answer<C extends Call> = Awaited<ReturnType<SubjectCalls[C]>>;

export class Subject {
  readonly #run: ChildRun;

  constructor(run: ChildRun) {
    this.#run = run;
  }

  /** Makes the call there, which must end within some seconds. */
  async try<C extends Call>(
    call: C,
    ...args: Parameters<SubjectCalls[C]>
  ): Promise<Outcome<Answer<C>>> {
    this.#run.send(JSON.stringify([call, ...args]));
    const done = `${call}(${args.map((arg) => JSON.stringify(arg)).join(", ")})`;
    const outcome = await within(this.#run.next(), LIMIT_MS, () => {
      throw new Error(`${done} has not ended after ${LIMIT_MS / 1000} s`);
    });
    if (outcome !== undefined) return outcome as Outcome<Answer<C>>;
    const { code, signal, stderr } = await this.#run.ended;
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
    throw new Error(`the process that did ${done} was ended ${how}\n${stderr.slice(-2000)}`.trim());
  }

  /** The same, for what must not fail. */
  async do<C extends Call>(call: C, ...args: Parameters<SubjectCalls[C]>): Promise<Answer<C>> {
    const outcome = await this.try(call, ...args);
    if (outcome.thrown === undefined) return outcome.value;
    const { refusal, message, cause } = outcome.thrown;
    const why = cause === undefined ? "" : `, because ${cause}`;
    throw new Error(`${call} failed with ${refusal}: ${message}${why}`);
  }
}

/** Runs the steps with such a process, which must end well when they are done. `under` is the command that it is run by, if any. */
export async function withSubject<T>(
  context: Context,
  run: (subject: Subject) => Promise<T>,
  under: readonly string[] = [],
): Promise<T> {
  // Its calls have limits; it may live for as long as there are any.
  const child = context.spawn("obey", [], { under, limit: Number.POSITIVE_INFINITY });
  try {
    const result = await run(new Subject(child));
    child.send(JSON.stringify(["end"]));
    const { code, signal, stderr } = await within(child.ended, LIMIT_MS, () => {
      throw new Error(`the process has not ended after ${LIMIT_MS / 1000} s, with nothing to do`);
    });
    // Engines may print what they fail of.
    context.equal({ code, signal }, { code: 0, signal: null }, `how the process ended: ${stderr}`);
    return result;
  } finally {
    child.kill();
    await child.ended.catch(() => {});
  }
}
