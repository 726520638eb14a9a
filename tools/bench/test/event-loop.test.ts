import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { LagMonitor, lagOf } from "../src/event-loop.ts";

describe("lag of pauses", () => {
  it("is that of those who come at random moments, as a simulation of them shows", () => {
    const pauses = [300, 40, 40, 7, 3, 1, 0, 0.5];
    const time = 20_000;
    // Somebody comes at each hundredth of a millisecond of every pause; all others wait for nothing.
    const waits: number[] = [];
    for (const pause of pauses) {
      for (let left = 0.005; left < pause; left += 0.01) waits.push(left);
    }
    const allowed = time / 0.01 / 100;
    const simulated = waits.toSorted((a, b) => b - a)[allowed];
    expect(lagOf(pauses, time).p99).toBeCloseTo(simulated as number, 1);
  });

  it("counts one long pause more than many ticks without any", () => {
    // 1 s of 2 s: half of those who come wait, and one in a hundred for more than 980 ms.
    expect(lagOf([1000, ...new Array<number>(1000).fill(0)], 2000)).toEqual({
      p99: 980,
      max: 1000,
    });
  });

  it("is nothing where there are no pauses, or only for fewer than one in a hundred", () => {
    expect(lagOf([], 1000)).toEqual({ p99: 0, max: 0 });
    expect(lagOf([5, 0, 0], 1000)).toEqual({ p99: 0, max: 5 });
  });
});

describe("LagMonitor", () => {
  it("sees a pause that it was in from the first moment to the last", () => {
    const monitor = new LagMonitor();
    monitor.start();
    block(50);
    monitor.stop();
    expect(monitor.lag.max).toBeGreaterThan(48);
  });

  it("sees nothing of what happens between stop and start", async () => {
    const monitor = new LagMonitor();
    monitor.start();
    monitor.stop();
    block(200);
    monitor.start();
    await sleep(5);
    monitor.stop();
    expect(monitor.lag.max).toBeLessThan(200);
  });
});

function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
