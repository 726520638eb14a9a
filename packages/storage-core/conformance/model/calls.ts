/** All that a session can be asked for: the calls of {@link ItemCall}, and those that only a storage has. */
import type { OpenOptions } from "../../src/options.ts";
import type { Range } from "../../src/range.ts";
import type { ItemCall } from "./item-calls.ts";

export type Call =
  | ItemCall
  | readonly [name: "open", options: Pick<OpenOptions, "readonly" | "durability">]
  | readonly [name: "close"]
  | readonly [name: "begin"]
  | readonly [name: "commit"]
  | readonly [name: "rollback"]
  /** Begins an iteration, which stays open in the place of the one before, and takes so many entries. */
  | readonly [name: "iterate", container: string, range: Range, take: number]
  /** Takes so many more of it. */
  | readonly [name: "next", take: number]
  /** Ends it. */
  | readonly [name: "return"]
  /** Makes calls without waiting for the answers of those before. */
  | readonly [name: "together", ...calls: ItemCall[]]
  /** Makes calls in a function that `transaction()` runs: one that ends well, one that throws, or one that is `readonly`. */
  | readonly [name: "transaction", how: "commit" | "throw" | "read", ...calls: ItemCall[]]
  /** Reads all that is there, each container with its count. */
  | readonly [name: "look"];

/** What is taken of an iteration, and whether it has come to its end. */
export interface Taken {
  readonly entries: readonly (readonly [key: string, value: unknown])[];
  readonly end: boolean;
}

/** As it stands in the steps of a failure. */
export function callInWords([name, ...args]: Call): string {
  const words = args.map((arg) => {
    const text = JSON.stringify(arg);
    return text.length > 120 ? `${text.slice(0, 120)}…` : text;
  });
  return [name, ...words].join(" ");
}
