/**
 * Who commits and who opens, of all threads and processes that have a database.
 *
 * LMDB's own lock keeps commits apart, but two things are missing. lmdb-js sets the number of the newest transaction when it opens a
 * database, to what it has read a moment before, and a commit in between is lost; so nobody may open while somebody commits. And
 * what waits for LMDB's lock can neither be called back nor ended with its process; so nobody asks for it while somebody else has it.
 *
 * Each one has a file, named by its process, with one character in it that says what it does. Whoever begins something says so first,
 * and then looks at the others: of two who begin at once, at least one sees the other. To open waits for commits, a commit gives way to
 * whoever opens or commits, and of two that enter at the same time the one whose name comes first goes on. What a process that has died
 * has left counts for nothing, and what was left by one whose number is somebody else's by now not for long.
 *
 * Threads of one process share LMDB's environment, so nothing is set when they open it; among them LMDB's own lock is enough.
 */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { nextTurn, StorageBusyError } from "@caterpillar/storage-core/driver";

export const TURNS = "turns";

/** What somebody does: nothing, or begins to commit, or commits, or opens. */
type State = "-" | "e" | "c" | "o";

/** For so long a state is believed that nobody has changed, in milliseconds; LMDB's lock is there still. */
const BELIEVED_MS: Readonly<Record<State, number>> = { "-": 0, e: 5000, c: 60_000, o: 5000 };
/** How long to wait for commits of others before the caller's deadline is asked for, in milliseconds. */
const PATIENCE_MS = 1000;

interface Other {
  readonly name: string;
  readonly state: State;
}

export class Turns {
  readonly #path: string;
  readonly #folder: string;
  readonly #name: string;
  readonly #file: number;
  /** The files of others, open. */
  readonly #others = new Map<string, number>();

  /** Joins those who have the database at the path, and leaves nothing behind where that fails. */
  static join(path: string): Turns {
    mkdirSync(join(path, TURNS), { recursive: true });
    return new Turns(path);
  }

  private constructor(path: string) {
    this.#path = path;
    this.#folder = join(path, TURNS);
    this.#removeRemains();
    this.#name = `${process.pid}.${randomBytes(6).toString("hex")}`;
    this.#file = openSync(join(this.#folder, this.#name), "wx");
    this.#say("-");
  }

  /** Runs what opens the database while nobody else commits; `StorageBusyError` where somebody does for long. */
  async open<T>(action: () => T): Promise<T> {
    const until = performance.now() + PATIENCE_MS;
    try {
      for (;;) {
        this.#say("o");
        if (!this.#look().some(({ state }) => state === "e" || state === "c")) return action();
        if (performance.now() > until) throw this.#busy();
        await nextTurn();
      }
    } finally {
      this.#say("-");
    }
  }

  /** Throws `StorageBusyError` where a commit would have to give way. */
  check(): void {
    if (this.#look().some(({ state }) => state === "c" || state === "o")) throw this.#busy();
  }

  /** Runs a commit; throws `StorageBusyError`, and nothing was begun, where it has to give way. */
  async commit<T>(action: () => Promise<T>): Promise<T> {
    this.#say("e");
    try {
      for (const { name, state } of this.#look()) {
        if (state === "c" || state === "o" || (state === "e" && name < this.#name)) {
          throw this.#busy();
        }
      }
      this.#say("c");
      return await action();
    } finally {
      this.#say("-");
    }
  }

  /** Leaves. */
  close(): void {
    for (const file of this.#others.values()) closeSync(file);
    this.#others.clear();
    closeSync(this.#file);
    rmSync(join(this.#folder, this.#name), { force: true });
  }

  #say(state: State): void {
    writeSync(this.#file, state, 0);
  }

  #busy(): StorageBusyError {
    return new StorageBusyError(`another process commits to ${this.#path}, or opens it`);
  }

  /** What others do, of other processes. */
  #look(): Other[] {
    const names = readdirSync(this.#folder).filter((name) => processOf(name) !== process.pid);
    for (const [name, file] of this.#others) {
      if (names.includes(name)) continue;
      closeSync(file);
      this.#others.delete(name);
    }
    return names.map((name) => ({ name, state: this.#stateOf(name) }));
  }

  #stateOf(name: string): State {
    const file = this.#others.get(name) ?? openIfThere(join(this.#folder, name));
    if (file === undefined) return "-";
    this.#others.set(name, file);
    const bytes = Buffer.alloc(1);
    if (readSync(file, bytes, 0, 1, 0) === 0) return "-";
    const state = bytes.toString("latin1") as State;
    if (state === "-") return state;
    const age = Date.now() - fstatSync(file).mtimeMs;
    return age > BELIEVED_MS[state] || !isAlive(processOf(name)) ? "-" : state;
  }

  /** Removes what processes have left that are no more. One may have had the number that this one has. */
  #removeRemains(): void {
    for (const name of readdirSync(this.#folder)) {
      const path = join(this.#folder, name);
      const pid = processOf(name);
      const old = (): boolean =>
        (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < performance.timeOrigin;
      if (pid === process.pid ? old() : !isAlive(pid)) rmSync(path, { force: true });
    }
  }
}

function processOf(name: string): number {
  return Number.parseInt(name, 10);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
