/** What a call comes to, on a storage and on the model alike, as data that can be compared and sent. */
import { isDeepStrictEqual } from "node:util";
import { refusalOf } from "../context.ts";
import { difference } from "../difference.ts";
import { wordsOf } from "../failure.ts";

export type Outcome =
  /** What it answered; {@link OK} where there is nothing to answer. */
  | { readonly value: unknown }
  /** The code of the error with which it was refused, and what a storage said beside it, which is not compared. */
  | { readonly refused: string; readonly said?: string };

/** What a write comes to. */
export const OK = "ok";

/** A refusal of the model. */
export class Refusal extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** What a call on a storage comes to. */
export async function outcomeOf(call: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { value: (await call()) ?? OK };
  } catch (error) {
    return { refused: refusalOf(error), said: wordsOf(error).join("; because ") };
  }
}

/** What a call on the model comes to. */
export function expectedOf(call: () => unknown): Outcome {
  try {
    return { value: call() ?? OK };
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.code };
    throw error;
  }
}

/** Whether they are the same, but for what is said beside a refusal. */
export function isSame(found: Outcome, expected: Outcome): boolean {
  if (isDeepStrictEqual(found, expected)) return true;
  return isDeepStrictEqual(withoutWords(found), withoutWords(expected));
}

/** `ok`, or the code of the refusal: how calls are counted. */
export function endOf(outcome: Outcome): string {
  return "refused" in outcome ? outcome.refused : OK;
}

/** In words that are not long. */
export function outcomeInWords(outcome: Outcome): string {
  if ("refused" in outcome) return outcome.refused;
  return outcome.value === OK ? OK : shortened(JSON.stringify(withoutWords(outcome.value)));
}

/** What was found where another thing was expected. Of long lists, the first difference. */
export function mismatch(found: Outcome, expected: Outcome): string {
  if ("refused" in found)
    return `${found.refused}, expected ${outcomeInWords(expected)} (${found.said})`;
  const [a, b] = [found.value, "refused" in expected ? undefined : expected.value];
  const isLong = Array.isArray(a) && Array.isArray(b) && Math.max(a.length, b.length) > LONG;
  if (isLong) return `a list that differs ${difference(a, b)}`;
  return `${outcomeInWords(found)}, expected ${outcomeInWords(expected)}`;
}

/** Lists of more are not told as a whole. */
const LONG = 8;

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** Outcomes may have outcomes in them: those of calls that were made together. */
function withoutWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutWords);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, part]) =>
      name === "said" ? [] : [[name, withoutWords(part)]],
    ),
  );
}
