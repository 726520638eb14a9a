/**
 * Sequences of random commands, and how one that fails is shortened: halves of it are left out, then quarters and so on down to single
 * commands, each for as long as it still fails; then what is left is made simpler. fast-check's own sequences keep a beginning and an end,
 * and of hundreds of commands most were left after ten seconds. A path of fast-check replays these without having run them.
 */
import type { Arbitrary, Random, Stream, Value } from "fast-check";
import type { FastCheck } from "../fast-check.ts";

/** How far a sequence is shortened. */
interface Standing<T> {
  readonly items: readonly Value<T>[];
  /** So many are left out at a time; none any more, where it is 0. */
  readonly size: number;
  /** Those that are left out next end here; where none are, the next to be made simpler. */
  readonly at: number;
  /** Whether any were left out since the sequence was last gone through. */
  readonly shortened: boolean;
}

/** Sequences of half as many to so many. */
export function sequencesOf<T>(
  fc: FastCheck,
  command: Arbitrary<T>,
  most: number,
): Arbitrary<readonly T[]> {
  const sequence = (standing: Standing<T>): Value<readonly T[]> =>
    new fc.Value(
      standing.items.map(({ value }) => value),
      standing,
    );

  class Sequences extends fc.Arbitrary<readonly T[]> {
    generate(random: Random): Value<readonly T[]> {
      const length = random.nextInt(Math.ceil(most / 2), most);
      const items = Array.from({ length }, () => command.generate(random, undefined));
      return sequence({ items, size: Math.ceil(length / 2), at: length, shortened: false });
    }

    canShrinkWithoutContext(_value: unknown): _value is readonly T[] {
      return false;
    }

    shrink(_value: readonly T[], context: unknown): Stream<Value<readonly T[]>> {
      return fc.stream(shrunk(context as Standing<T>));
    }
  }

  function* shrunk(standing: Standing<T>): Generator<Value<readonly T[]>, void> {
    if (standing.size > 0) yield* shorter(standing);
    yield* simpler(standing.items, standing.size > 0 ? 0 : standing.at);
  }

  /** From the end on: what is behind the command that fails goes first. */
  function* shorter(standing: Standing<T>): Generator<Value<readonly T[]>, void> {
    const { items } = standing;
    let { size, at, shortened } = standing;
    for (;;) {
      for (; at > 0; at -= size) {
        const start = Math.max(at - size, 0);
        const rest = [...items.slice(0, start), ...items.slice(at)];
        yield sequence({ items: rest, size, at: start, shortened: true });
      }
      if (size === 1 && !shortened) return;
      size = Math.ceil(size / 2);
      at = items.length;
      shortened = false;
    }
  }

  function* simpler(
    items: readonly Value<T>[],
    from: number,
  ): Generator<Value<readonly T[]>, void> {
    for (let at = from; at < items.length; at++) {
      const { value, context } = items[at] as Value<T>;
      for (const instead of command.shrink(value, context)) {
        yield sequence({ items: items.with(at, instead), size: 0, at, shortened: false });
      }
    }
  }

  return new Sequences();
}
