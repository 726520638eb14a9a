/**
 * Counts syncs, and makes them slow: see native/sync-probe.c, which is compiled where there is a C compiler, and preloaded into the
 * trials' processes. On Linux only; elsewhere nothing is counted, and there is no slow disk.
 */
import { execFileSync } from "node:child_process";
import { openSync, readSync, writeFileSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";

const SOURCE = resolve(import.meta.dirname, "../native/sync-probe.c");
const VARIABLE = "BENCH_SYNC_PROBE";
const NUMBERS = 4;
const NUMBER_BYTES = 8;
const [DELAY, CALLS, TAKEN, PRESENT] = [0, 1, 2, 3] as const;

export interface BuiltProbe {
  /** The environment in which a process is probed. */
  readonly environment: NodeJS.ProcessEnv;
  readonly probe: SyncProbe;
}

/** Compiles the probe into the folder. `undefined` where that cannot be. */
export function buildProbe(folder: string): BuiltProbe | undefined {
  if (process.platform !== "linux") return undefined;
  const library = join(folder, "sync-probe.so");
  try {
    execFileSync("cc", ["-shared", "-fPIC", "-O2", "-o", library, SOURCE, "-ldl"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
  } catch {
    return undefined;
  }
  const file = join(folder, "sync-probe.numbers");
  writeFileSync(file, Buffer.alloc(NUMBERS * NUMBER_BYTES));
  return {
    environment: { LD_PRELOAD: library, [VARIABLE]: file },
    probe: new SyncProbe(file),
  };
}

/** The probe of this process; `undefined` where it has none. Throws where it should have one, and it is not in place. */
export function ownProbe(): SyncProbe | undefined {
  const file = process.env[VARIABLE];
  if (file === undefined) return undefined;
  const probe = new SyncProbe(file);
  if (!probe.present) throw new Error(`${file} is not probed: the library was not loaded`);
  return probe;
}

export class SyncProbe {
  readonly #file: number;

  constructor(file: string) {
    this.#file = openSync(file, "r+");
  }

  get present(): boolean {
    return this.#read(PRESENT) === 1n;
  }

  /** How many syncs there were so far. */
  get calls(): number {
    return Number(this.#read(CALLS));
  }

  /** How long they took in all, in milliseconds. */
  get taken(): number {
    return Number(this.#read(TAKEN)) / 1e6;
  }

  /** Makes each sync take so much longer from now on. */
  delay(ms: number): void {
    const bytes = Buffer.alloc(NUMBER_BYTES);
    bytes.writeBigUInt64LE(BigInt(Math.round(ms * 1e6)));
    writeSync(this.#file, bytes, 0, NUMBER_BYTES, DELAY * NUMBER_BYTES);
  }

  /** Forgets what an earlier process has left there, which may have died while syncs were slow. */
  reset(): void {
    writeSync(this.#file, Buffer.alloc(NUMBERS * NUMBER_BYTES), 0, NUMBERS * NUMBER_BYTES, 0);
  }

  #read(index: number): bigint {
    const bytes = Buffer.alloc(NUMBER_BYTES);
    readSync(this.#file, bytes, 0, NUMBER_BYTES, index * NUMBER_BYTES);
    return bytes.readBigUInt64LE();
  }
}
