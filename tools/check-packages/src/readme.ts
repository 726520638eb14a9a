/** The README's first example, which is what a newcomer copies. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./workspace.ts";

/** The example, on another driver: the package and the symbol that it imports, and nothing else, are changed. */
export function exampleOn(name: string, symbol: string): string {
  const example = firstBlock(join(ROOT, "README.md"));
  return example
    .replaceAll("@caterpillar/storage-sqlite", name)
    .replaceAll("SqliteStorage", symbol);
}

/** The first block of TypeScript in a Markdown file. */
function firstBlock(file: string): string {
  const block = /^```ts\n([\s\S]*?)^```$/m.exec(readFileSync(file, "utf8"))?.[1];
  if (block === undefined) throw new Error(`${file} has no block of TypeScript`);
  return block;
}
