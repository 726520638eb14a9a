/**
 * Who commits and who opens, of all threads and processes that have a database.
 *
 * LMDB's own lock keeps commits apart, but two things are missing. lmdb-js sets the number of the newest transaction when it opens a
 * database, to what it has read a moment before, and a commit in between is lost; so nobody may open while somebody commits. And
 * what waits for LMDB's lock can neither be called back nor ended with its process; so nobody asks for it while somebody else has it.
 *
 * Each one has a file, named by its process, with one character in it that says what it does. Whoever begins something says so first,
 * and then looks at the others, so of two who begin at once at least one sees the other. To open waits for commits; a commit gives way to
 * whoever opens or commits, and to one that begins to and whose name comes first. It waits for one that begins to and whose name comes
 * later, which will see it and give way. (Burns and Lynch's algorithm of one bit each.)
 *
 * A process that has died counts for nothing, and neither does a state that has not been told anew for some seconds: a thread may have been
 * ended in the middle of something. Where such a thing is wrong, LMDB's lock still keeps commits apart; only the two troubles above are back.
 *
 * Threads of one process share LMDB's environment, so nothing is set when they open it; among them LMDB's own lock is enough.
 */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { nextTurn, StorageBusyError } from "@caterpillar/storage-core/driver";
import { DATA } from "./data-file.ts";

export const TURNS = "turns";

/** What somebody does: nothing, or begins to commit, or commits, or opens. */
type State = "-" | "e" | "c" | "o";

/** For so long a state is believed that is not told anew, in milliseconds; for longer, if its process was stopped. */
const BELIEVED_MS = 3000;
const BELIEVED_OF_STOPPED_MS = 60_000;
/** How often a commit that takes long is told anew, in milliseconds. */
const REPEAT_MS = 500;
/** A file in which nothing was told for so long is removed, in milliseconds; who needs it makes it again. */
const FORGOTTEN_MS = 600_000;
/** How long to wait for commits of others before the caller's deadline is asked for, in milliseconds. */
const PATIENCE_MS = 1000;
/** So many looks come one turn of the event loop apart, the others a millisecond. */
const QUICK_LOOKS = 5;

interface Other {
  readonly name: string;
  readonly state: State;
}

export class Turns {
  readonly #path: string;
  readonly #folder: string;
  readonly #name = `${process.pid}.${randomBytes(6).toString("hex")}`;
  #file: number;

  /** Joins those who have the database at the path, and leaves nothing behind where that fails. */
  static join(path: string): Turns {
    return new Turns(path);
  }

  private constructor(path: string) {
    this.#path = path;
    this.#folder = join(path, TURNS);
    this.#file = this.#make();
    this.#removeRemains();
    if (open.size === 0) process.on("exit", removeAll);
    open.add(this);
  }

  /** Runs what opens the database while nobody else commits; `StorageBusyError` where somebody does for long. */
  async open<T>(action: () => Promise<T>): Promise<T> {
    const until = performance.now() + PATIENCE_MS;
    try {
      for (let looks = 0; ; looks++) {
        this.#begin("o");
        if (!this.#look().some(({ state }) => state === "e" || state === "c")) {
          return await action();
        }
        if (performance.now() > until) throw this.#busy();
        await pause(looks);
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
    let repeat: NodeJS.Timeout | undefined;
    try {
      this.#begin("e");
      for (let looks = 0; !this.#mayCommit(); looks++) await pause(looks);
      this.#say("c");
      repeat = setInterval(() => this.#say("c"), REPEAT_MS);
      repeat.unref();
      return await action();
    } finally {
      clearInterval(repeat);
      this.#say("-");
    }
  }

  /** Leaves. */
  close(): void {
    open.delete(this);
    if (open.size === 0) process.removeListener("exit", removeAll);
    closeSync(this.#file);
    this.remove();
  }

  /** Takes its file away. */
  remove(): void {
    rmSync(join(this.#folder, this.#name), { force: true });
  }

  /** Whether nobody else is about to; throws where this one has to give way. */
  #mayCommit(): boolean {
    let free = true;
    for (const { name, state } of this.#look()) {
      if (state === "c" || state === "o" || (state === "e" && name < this.#name)) {
        throw this.#busy();
      }
      if (state === "e") free = false;
    }
    return free;
  }

  /** Whoever begins something may not have told anything for long, so that the file was removed. */
  #begin(state: "e" | "o"): void {
    if (fstatSync(this.#file).nlink === 0) {
      closeSync(this.#file);
      this.#file = this.#make();
    }
    this.#say(state);
  }

  #say(state: State): void {
    writeSync(this.#file, state, 0);
  }

  /** Makes this one's file; whoever may write to the data may read it. */
  #make(): number {
    mkdirSync(this.#folder, { recursive: true });
    const path = join(this.#folder, this.#name);
    const file = openSync(path, "wx+");
    try {
      writeSync(file, "-", 0);
      if (process.platform !== "win32") {
        fchmodSync(
          file,
          statSync(join(this.#path, DATA), { throwIfNoEntry: false })?.mode ?? 0o600,
        );
      }
      return file;
    } catch (error) {
      closeSync(file);
      rmSync(path, { force: true });
      throw error;
    }
  }

  #busy(): StorageBusyError {
    return new StorageBusyError(`another process commits to ${this.#path}, or opens it`);
  }

  /** What others do, of other processes. */
  #look(): Other[] {
    return namesIn(this.#folder)
      .filter((name) => processOf(name) !== process.pid)
      .map((name) => ({ name, state: stateOf(join(this.#folder, name), processOf(name)) }));
  }

  /** Removes what processes have left that are no more, and what nobody has used for long. */
  #removeRemains(): void {
    for (const name of namesIn(this.#folder)) {
      if (name === this.#name) continue;
      const path = join(this.#folder, name);
      const pid = processOf(name);
      const told = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      // A process of before may have had the number that this one has.
      const dead = pid === process.pid ? told < performance.timeOrigin : !isAlive(pid);
      if (dead || Date.now() - told > FORGOTTEN_MS) rmSync(path, { force: true });
    }
  }
}

/** Those of this thread; one listener is enough for all. */
const open = new Set<Turns>();

function removeAll(): void {
  for (const turns of open) turns.remove();
}

async function pause(looks: number): Promise<void> {
  await (looks < QUICK_LOOKS ? nextTurn() : sleep(1));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Others come and go, so no file of theirs is kept open. */
function stateOf(path: string, pid: number): State {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "-";
    throw error;
  }
  try {
    const bytes = Buffer.alloc(1);
    if (readSync(file, bytes, 0, 1, 0) === 0) return "-";
    const state = bytes.toString("latin1") as State;
    if (state === "-" || !isAlive(pid)) return "-";
    const age = Date.now() - fstatSync(file).mtimeMs;
    if (age <= BELIEVED_MS) return state;
    return age <= BELIEVED_OF_STOPPED_MS && isStopped(pid) ? state : "-";
  } finally {
    closeSync(file);
  }
}

function processOf(name: string): number {
  return Number.parseInt(name, 10);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  // One that was killed, and that its parent has not asked for yet, holds nothing any more.
  return !"ZX".includes(conditionOf(pid) ?? "-");
}

function isStopped(pid: number): boolean {
  return "Tt".includes(conditionOf(pid) ?? "-");
}

/** As the kernel calls it, where it tells: R for running, T for stopped, Z for a zombie. */
function conditionOf(pid: number): string | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    // 4711 (a name with anything in it) S 1 …
    return /.*\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, "latin1"))?.[1];
  } catch {
    return undefined;
  }
}
