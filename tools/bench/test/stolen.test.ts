import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { watchStolen } from "../src/stolen.ts";
import { emptyFolder } from "./folder.ts";

describe("the share of the processors that others had", () => {
  it("is of the time in which they were wanted", () => {
    const path = join(emptyFolder(), "stat");
    writeFileSync(path, "cpu  100 0 50 9000 20 0 0 10 0 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n");
    const share = watchStolen(path);
    expect(share()).toBe(0);
    writeFileSync(path, "cpu  150 0 75 9900 90 0 0 35 0 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n");
    expect(share()).toBe(0.25);
  });

  it("is unknown where the system does not say", () => {
    expect(watchStolen(join(emptyFolder(), "missing"))()).toBeUndefined();
  });
});
