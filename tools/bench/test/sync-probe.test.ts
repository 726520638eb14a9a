import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { buildProbe } from "../src/sync-probe.ts";
import { HAS_COMPILER } from "./compiler.ts";
import { emptyFolder } from "./folder.ts";

/** Appends to files, and makes them durable in each way that is counted: five times in all. */
const SYNCING = `
  const fs = require("node:fs");
  const path = process.argv[1];
  const plain = fs.openSync(path + "/plain", "w");
  fs.writeSync(plain, "not synced");
  fs.fsyncSync(plain);
  fs.writeSync(plain, "not synced");
  fs.fdatasyncSync(plain);
  fs.closeSync(plain);
  const { O_WRONLY, O_CREAT, O_DSYNC, O_SYNC } = fs.constants;
  for (const flag of [O_DSYNC, O_SYNC]) {
    const file = fs.openSync(path + "/durable", O_WRONLY | O_CREAT | flag);
    fs.writeSync(file, "synced at a place", 0);
    fs.closeSync(file);
  }
  const again = fs.openSync(path + "/plain", "a");
  fs.writeSync(again, "not synced, in a file of the same number");
  fs.fsyncSync(again);
`;

describe.skipIf(!HAS_COMPILER)("the probe of syncs", () => {
  it("counts each call that makes data durable, and no other", () => {
    const { probe, sync } = build();
    sync();
    expect(probe.calls).toBe(5);
    expect(probe.present).toBe(true);
  });

  it("makes each of them slow, and forgets that when it is reset", () => {
    const { probe, sync } = build();
    probe.delay(20);
    sync();
    expect(probe.taken).toBeGreaterThanOrEqual(5 * 20);
    probe.reset();
    expect([probe.calls, probe.taken, probe.present]).toEqual([0, 0, false]);
  });
});

function build() {
  const folder = emptyFolder();
  const built = buildProbe(folder);
  if (built === undefined) throw new Error("there was a compiler a moment ago");
  const { probe, environment } = built;
  const env = { ...process.env, ...environment };
  return { probe, sync: () => execFileSync(process.execPath, ["-e", SYNCING, folder], { env }) };
}
