/** What a check works with: a fresh place for storages, everything opened on it, and assertions that are counted. */
import strict from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { DriverFacts } from "../src/driver.ts";
import type { OpenOptions } from "../src/options.ts";
import type { Storage } from "../src/storage.ts";
import { type ProcessOptions, type ProcessRun, runRole } from "./child-process.ts";
import type { Host } from "./host.ts";
import type { Profile, Times } from "./profile.ts";
import { chosenSeed } from "./random.ts";
import type { Role } from "./roles.ts";
import type { SessionPool } from "./session-pool.ts";
import type { LoadedTarget } from "./target.ts";

/** A container's first items, by container. */
export type Seed = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface ContextOptions {
  /** Where the sessions of schedules live that are not in this thread. */
  readonly pool?: SessionPool | undefined;
  /** Default: `"quick"`. */
  readonly profile?: Profile | undefined;
  /** Told of each round of a check that repeats itself, before it begins. */
  readonly onRound?: OnRound | undefined;
}

export type OnRound = (round: number, of: number) => void;

/** The error that a call must reject with: a code of a `StorageError`, or `TypeError`. */
export type Refusal = string;

export class Context {
  readonly target: LoadedTarget;
  /** Where the sessions of schedules live that are not in this thread. */
  readonly pool: SessionPool | undefined;
  /** An empty folder of this check's own; it goes when the check ends. */
  readonly folder: string;
  /** What random choices of the check begin with; `CONFORMANCE_SEED` says another. */
  seed: number = chosenSeed();
  /** How many assertions were made. A check that makes none has checked nothing, and fails. */
  assertions = 0;
  /** What of the check does not apply to this driver, and the fact or the circumstance that says so. */
  readonly leftOut: string[] = [];
  /** What of the check this machine cannot show, and why. */
  readonly notRun: string[] = [];
  /** What it has seen, in figures, for the report: `"50 kills, 31 of them in the middle of a commit"`. */
  readonly figures: string[] = [];
  readonly #profile: Profile;
  readonly #onRound: OnRound;
  readonly #open: Storage[] = [];
  /** Processes that have not ended. */
  readonly #processes = new Set<ProcessRun>();
  #path: string;

  constructor(target: LoadedTarget, options: ContextOptions = {}) {
    this.target = target;
    this.pool = options.pool;
    this.#profile = options.profile ?? "quick";
    this.#onRound = options.onRound ?? (() => {});
    // Readable by others, so that checks of permissions can take those of somebody else.
    this.folder = mkdtempSync(join(tmpdir(), "conformance-"));
    chmodSync(this.folder, 0o755);
    this.#path = this.place("storage");
  }

  /** Where the check's storage is: a path in the folder, or a name of the same text. Nothing is there yet. */
  get path(): string {
    return this.#path;
  }

  get facts(): DriverFacts {
    return this.target.storage.driver.facts;
  }

  /** Where the sessions of schedules live. */
  get host(): Host {
    return this.pool?.host ?? "thread";
  }

  /** Another place in the folder, or another name. */
  place(name: string): string {
    return join(this.folder, name);
  }

  /** Opens the storage at the check's path, which must exist; it is closed when the check ends. */
  async open(options?: OpenOptions, path: string | URL = this.path): Promise<Storage> {
    const storage = await this.target.storage.open(path, options);
    this.#open.push(storage);
    return storage;
  }

  /** Creates the storage at the check's path, with containers and items in it. */
  async create(seed: Seed = {}, path: string = this.path): Promise<Storage> {
    const storage = await this.open({ create: true }, path);
    for (const [container, items] of Object.entries(seed)) {
      await storage.addContainer(container);
      await storage.setContainerItems(container, items);
    }
    return storage;
  }

  /** All containers and items, as a storage of its own sees them that is opened now and closed again. */
  async contents(): Promise<Record<string, Record<string, string>>> {
    const storage = await this.target.storage.open(this.path);
    try {
      return await contentsOf(storage);
    } finally {
      await storage.close();
    }
  }

  /** Notes that a part of the check does not apply here: `"what another process finds: facts.processes is separate"`. */
  leaveOut(part: string): void {
    if (!this.leftOut.includes(part)) this.leftOut.push(part);
  }

  /** Notes that a part of the check cannot be run on this machine: `"which files are open: only Linux tells"`. No verdict is given then. */
  cannotRun(part: string): void {
    if (!this.notRun.includes(part)) this.notRun.push(part);
  }

  /** How often, in the profile of this run. */
  times(times: Times): number {
    return times[this.#profile];
  }

  /**
   * The numbers of the rounds of a check that repeats itself, from 1 on. Each is a sign of life: the limit of time is that of a round, so none
   * may take long.
   */
  *rounds(times: Times): Generator<number> {
    const of = this.times(times);
    for (let round = 1; round <= of; round++) {
      this.#onRound(round, of);
      yield round;
    }
  }

  /**
   * Runs it in rounds that have nothing to do with each other: each has a path where nothing is yet, and a seed of its own; what the one before has
   * opened is closed.
   */
  async inFreshRounds(times: Times, run: () => Promise<void>): Promise<void> {
    const { path, seed } = this;
    for (const round of this.rounds(times)) {
      if (round > 1) {
        await this.#close();
        rmSync(this.#path, { recursive: true, force: true });
        this.#path = `${path}-${round}`;
        this.seed = seed + round - 1;
      }
      await run();
    }
  }

  /** Notes what was seen, in figures. They are no assertion. */
  figure(figure: string): void {
    this.figures.push(figure);
  }

  /** Fails unless the two are deeply equal. `what` says in words what was looked at. */
  equal(actual: unknown, expected: unknown, what: string): void {
    this.assertions++;
    // Not the assertion of the same name: it works out the difference of long lists first, for minutes.
    if (!isDeepStrictEqual(actual, expected)) strict.fail(message(what, actual, expected));
  }

  /** Fails unless it holds. */
  ok(holds: boolean, what: string): void {
    this.assertions++;
    strict.ok(holds, what);
  }

  /**
   * Calls, and fails unless the call answers a promise that rejects: with a `StorageError` of this code, or with a `TypeError` where that
   * is what is named. Answers the error.
   */
  async rejects(call: () => unknown, refusal: Refusal, what: string): Promise<Error> {
    this.assertions++;
    let promise: unknown;
    try {
      promise = call();
    } catch (error) {
      strict.fail(
        `${what}: the call threw at once, where it must answer a promise that rejects: ${error}`,
      );
    }
    try {
      await promise;
    } catch (error) {
      strict.equal(refusalOf(error), refusal, `${what}: rejected with the wrong error: ${error}`);
      return error as Error;
    }
    return strict.fail(`${what}: resolved, where it must reject with ${refusal}`);
  }

  /** Runs a role of the kit in a process of its own, on the check's path unless told otherwise. It does not outlive the check. */
  spawn(
    role: Role,
    args: readonly string[] = [this.path],
    options: ProcessOptions = {},
  ): ProcessRun {
    const run = runRole(this.target, role, args, options);
    this.#processes.add(run);
    const forget = (): void => void this.#processes.delete(run);
    run.ended.then(forget, forget);
    return run;
  }

  /** Ends the check: kills what it has started, closes what it has opened and removes its folder. Never uses the driver to clean up. */
  async dispose(): Promise<void> {
    try {
      const left = [...this.#processes];
      for (const { kill } of left) kill();
      await Promise.allSettled(left.map(({ ended }) => ended));
      await this.#close();
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  async #close(): Promise<void> {
    for (const storage of this.#open.splice(0)) await storage.close();
  }
}

/** All containers and items of a storage or a transaction. */
export async function contentsOf(
  from: Pick<Storage, "listContainers" | "container">,
): Promise<Record<string, Record<string, string>>> {
  const contents: Record<string, Record<string, string>> = {};
  for (const container of await from.listContainers()) {
    const items: [string, string][] = [];
    for await (const entry of from.container(container).entries()) items.push(entry);
    contents[container] = Object.fromEntries(items);
  }
  return contents;
}

/** `TypeError`, or the code of a storage's error; else what it was, in words. */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof Error)) return `not an error: ${String(error)}`;
  const { code, retryable } = error as { code?: unknown; retryable?: unknown };
  if (typeof code === "string" && typeof retryable === "boolean") return code;
  return error instanceof TypeError ? "TypeError" : `an error that is no StorageError: ${error}`;
}

/** Whether it is the code of a storage's error. */
export function isCode(refusal: Refusal): boolean {
  return /^[A-Z_]+$/.test(refusal);
}

function message(what: string, actual: unknown, expected: unknown): string {
  const show = (value: unknown): string => {
    const text = JSON.stringify(value) ?? String(value);
    return text.length > 300 ? `${text.slice(0, 300)}…` : text;
  };
  return `${what}: expected ${show(expected)}, found ${show(actual)}`;
}
