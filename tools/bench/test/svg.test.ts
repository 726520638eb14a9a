/** Axes of charts. */
import { describe, expect, it } from "vitest";
import { logScale } from "../src/report/svg.ts";

/** From half a millisecond to half a tenth of a second. */
const DURATIONS = [0.000_511, 0.047];

/** The least gap between two ticks, of an axis from one place to another on which each takes so much room. */
function leastGap(from: number, to: number, room: number): number {
  const scale = logScale(DURATIONS, from, to, () => room);
  const places = scale.ticks.map(scale);
  return Math.min(...places.slice(1).map((at, i) => Math.abs(at - (places[i] as number))));
}

/** With a fourth series the axis was narrower, and "5 ms" stood upon "10 ms". */
describe("ticks of an axis", () => {
  it.each([
    [306, 484, 40],
    [306, 484, 20],
    [306, 900, 40],
    // Up.
    [212, 30, 20],
  ])("between %s and %s stand side by side where each takes %s", (from, to, room) => {
    expect(leastGap(from, to, room)).toBeGreaterThanOrEqual(room);
  });

  it("are as many as there is room for", () => {
    const ticks = (room: number): number => logScale(DURATIONS, 306, 484, () => room).ticks.length;
    expect([85, 40, 20].map(ticks)).toEqual([2, 4, 7]);
  });

  it("take the room of their texts", () => {
    // Of 1, 3, 10 and 30 milliseconds, only the first is that wide.
    const roomOf = (tick: number): number => (tick < 0.002 ? 60 : 20);
    expect(logScale(DURATIONS, 306, 484, roomOf).ticks).toHaveLength(4);
  });
});
