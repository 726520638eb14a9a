/** A role that runs beside the check, as the check sees it, wherever it runs. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sibling } from "./sibling.ts";

/** A role that hangs is ended after so many milliseconds, and that is a failure. */
export const LIMIT_MS = 60_000;

/** The module that a process or thread begins with. Its arguments are the target's module, the role and the role's own arguments. */
export const ENTRY: URL = sibling("child-entry", import.meta.url);

/**
 * The environment of a role: it begins with the same modules each time, and to compile them takes longer than what most roles do. Where the user has
 * not said otherwise, Node keeps what it has compiled where it does so by default.
 */
export function environment(): NodeJS.ProcessEnv {
  return { NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache"), ...process.env };
}

/** How a role ended, and what it told. */
export interface ChildEnd {
  readonly code: number | null;
  /** What ended its process; `null` where it ended by itself. */
  readonly signal: NodeJS.Signals | null;
  readonly told: readonly unknown[];
  readonly stderr: string;
}

/** `ended with SIGSEGV`, and what it printed. */
export function endInWords({ code, signal, stderr }: ChildEnd): string {
  const how = signal === null ? `exit code ${code}` : signal;
  return `ended with ${how}${stderr === "" ? "" : `: ${stderr}`}`;
}

export interface ChildRun {
  /** Resolves to the next thing that it tells; to `undefined` when it ended without another. */
  next(): Promise<unknown>;
  /** Tells it something. Nothing happens where it has ended. */
  send(text: string): void;
  /** Lets a role that waits go on. */
  go(): void;
  /** Ends it wherever it is: a process by SIGKILL. */
  kill(): void;
  readonly ended: Promise<ChildEnd>;
}

/** What a role tells, for one who waits for it. */
export class Told {
  readonly all: unknown[] = [];
  #taken = 0;
  #over = false;
  #wake: () => void = () => {};

  add(what: unknown): void {
    this.all.push(what);
    this.#wake();
  }

  /** Nothing more will be told. */
  end(): void {
    this.#over = true;
    this.#wake();
  }

  async next(): Promise<unknown> {
    while (this.#taken >= this.all.length && !this.#over) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.all[this.#taken++];
  }
}
