/** Writes SVG: elements as text, and scales. */

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element with what is in it. Numbers are rounded to what can be seen. */
export function element(name: string, attributes: Attributes, ...children: string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        ` ${key}="${escaped(typeof value === "number" ? round(value) : `${value}`)}"`,
    )
    .join("");
  if (children.length === 0) return `<${name}${written}/>`;
  return `<${name}${written}>${children.join("")}</${name}>`;
}

export function text(content: string, attributes: Attributes): string {
  return element("text", attributes, escaped(content));
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function round(number: number): string {
  return String(Math.round(number * 10) / 10);
}

/** Where a number stands on an axis on which each step is a multiplication. */
export interface LogScale {
  (value: number): number;
  /** Round numbers within the axis, few enough to be read. */
  readonly ticks: readonly number[];
}

/** Round numbers of each decade, from many to few. */
const STEPS: readonly (readonly number[])[] = [[1, 1.5, 2, 3, 4, 5, 7], [1, 2, 5], [1, 3], [1]];

/**
 * An axis from one place to another that has room for all of the numbers, which are above 0. Its ticks are as many as can stand side by
 * side, where each takes the room that is told.
 */
export function logScale(
  numbers: readonly number[],
  from: number,
  to: number,
  roomOf: (tick: number) => number,
): LogScale {
  const min = Math.min(...numbers) / 1.15;
  const max = Math.max(...numbers) * 1.15;
  const place = (value: number): number =>
    from + ((Math.log(value) - Math.log(min)) / (Math.log(max) - Math.log(min))) * (to - from);
  const choices = STEPS.map((steps) => ticks(min, max, steps));
  const hasRoom = (found: readonly number[]): boolean =>
    found.every((tick, i) => {
      const before = found[i - 1];
      if (before === undefined) return true;
      return Math.abs(place(tick) - place(before)) >= (roomOf(tick) + roomOf(before)) / 2;
    });
  return Object.assign(place, { ticks: choices.find(hasRoom) ?? (choices.at(-1) as number[]) });
}

function ticks(min: number, max: number, steps: readonly number[]): number[] {
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); power++) {
    for (const step of steps) {
      const tick = step * 10 ** power;
      if (tick >= min && tick <= max) found.push(tick);
    }
  }
  return found;
}
