/** Opens copies of a storage that were damaged, in a process that may die of it, and judges what is found there. */
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { OpenOptions } from "../src/options.ts";
import type { Context } from "./context.ts";
import { copyOf, type Generation } from "./generations.ts";
import type { Ledger } from "./ledger.ts";
import { endOf } from "./other.ts";
import { type Subject, withSubject } from "./subject.ts";
import type { Found } from "./subject-calls.ts";

/** Does something to a file. */
export type Damage = (file: string) => void;

/** The codes that tell of damage. Others tell something that is not so, as that somebody else has the storage. */
const TELLING: readonly string[] = [
  "STORAGE_CORRUPT",
  "STORAGE_FORMAT",
  "STORAGE_IO",
  "STORAGE_NOT_FOUND",
  "STORAGE_VERSION",
  "ENCODING",
  "ENGINE",
];

/** What was found in a copy, and what was done to it, in words. */
interface Opened {
  readonly found: Found;
  readonly how: string;
}

export class DamagedCopies {
  readonly #context: Context;
  readonly #outcomes = new Map<string, number>();
  #subject: Subject;
  #count = 0;

  constructor(context: Context, subject: Subject) {
    this.#context = context;
    this.#subject = subject;
  }

  /** Another process opens them from now on. */
  moveTo(subject: Subject): void {
    this.#subject = subject;
  }

  /** Ways to open what is there. What opens for writing may repair what it finds, so each gets a copy of its own. */
  get ways(): readonly OpenOptions[] {
    // To an engine that always opens for writing both are one.
    return this.#context.facts.readonly === "engine" ? [{}, { readonly: true }] : [{}];
  }

  /** Damages a file of a copy for each way to open it, and answers what is found. Fails where that is an error that does not tell of damage. */
  async open(
    generation: Generation,
    name: string,
    damage: Damage,
    what: string,
    ways: readonly OpenOptions[] = this.ways,
  ): Promise<readonly Opened[]> {
    const all: Opened[] = [];
    for (const options of ways) {
      const folder = this.#context.place(`copy-${this.#count++}`);
      const path = copyOf(generation, folder);
      damage(join(dirname(path), name));
      const shown = JSON.stringify(options);
      const how = `${name} is ${what}; the storage was ${generation.when}, and is opened with ${shown}`;
      const found = await this.#subject.do("inspect", path, generation.newest, options);
      for (const [refusal, message] of Object.entries(found.refusals)) {
        this.#context.ok(TELLING.includes(refusal), `${how}: ${refusal}: ${message}`);
      }
      this.#note(found, generation);
      all.push({ found, how });
      rmSync(folder, { recursive: true });
    }
    return all;
  }

  /** The same, and fails unless what is found is what was there after one of the commits, or that it is damaged is told. */
  async check(
    generation: Generation,
    name: string,
    damage: Damage,
    what: string,
    ledgers: readonly string[] = ["own"],
  ): Promise<void> {
    for (const { found, how } of await this.open(generation, name, damage, what)) {
      const { ledger, madeUp, refusals } = found;
      this.#context.equal(madeUp, undefined, `what was made up: ${how}`);
      const shown = `${JSON.stringify(ledger)}, and ${JSON.stringify(refusals)}`;
      const holds =
        ledger === undefined
          ? Object.keys(refusals).length > 0
          : isState(ledger, generation, ledgers);
      this.#context.ok(holds, `${how}: there are ${shown}`);
    }
  }

  /** Notes what was found, in figures. */
  figure(): void {
    const outcomes = [...this.#outcomes].sort().map(([outcome, times]) => `${times} ${outcome}`);
    this.#context.figure(`${this.#count} damaged copies: ${outcomes.join(", ")}`);
  }

  #note({ ledger, madeUp, refusals }: Found, { newest }: Generation): void {
    const [code] = Object.keys(refusals);
    const state = ledger?.numbers.length === newest ? "whole" : "older";
    const outcome = madeUp === undefined ? (code ?? state) : "made up";
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
  }
}

/** Runs the steps with a process that opens damaged copies. Where there are no files that could be damaged, nothing may be left behind. */
export async function withDamagedCopies(
  context: Context,
  run: (copies: DamagedCopies, subject: Subject) => Promise<void>,
): Promise<void> {
  const { files, durability } = context.facts;
  if (files.length > 0 && durability.length > 0) {
    await withSubject(context, async (subject) => {
      const copies = new DamagedCopies(context, subject);
      await run(copies, subject);
      copies.figure();
    });
    return;
  }
  const empty = files.length === 0 ? "files" : "durability";
  context.leaveOut(`files that are damaged: facts.${empty} is empty`);
  const child = context.spawn("leaveOpen");
  context.equal(await child.next(), "left open", "what the process tells");
  await endOf(context, child);
  const open = (): unknown => context.open();
  await context.rejects(open, "STORAGE_NOT_FOUND", "what a process has left behind");
}

/** Whether it is all of the first commits. An empty storage in the place of a damaged one is a loss of everything. */
function isState(
  { name, numbers }: Ledger,
  { least, newest }: Generation,
  ledgers: readonly string[],
): boolean {
  return (
    (ledgers.includes(name) || numbers.length === 0) &&
    numbers.length >= least &&
    numbers.length <= newest &&
    numbers.every((n, i) => n === i + 1)
  );
}
