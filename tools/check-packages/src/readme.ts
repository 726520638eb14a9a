/** The README's first example, which is what a newcomer copies. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./workspace.ts";

const OPTIONS = 'create: "if-missing"';

/** The example, on another driver: the package and the symbol that it imports, and nothing else, are changed. Options of the driver's own are added to those of `open`. */
export function exampleOn(name: string, symbol: string, options = ""): string {
  const example = firstBlock(join(ROOT, "README.md"));
  if (!example.includes(OPTIONS)) throw new Error(`the README's example has no ${OPTIONS}`);
  return example
    .replaceAll("@caterpillar/storage-sqlite", name)
    .replaceAll("SqliteStorage", symbol)
    .replace(OPTIONS, options === "" ? OPTIONS : `${OPTIONS}, ${options}`);
}

/** The first block of TypeScript in a Markdown file. */
function firstBlock(file: string): string {
  const block = /^```ts\n([\s\S]*?)^```$/m.exec(readFileSync(file, "utf8"))?.[1];
  if (block === undefined) throw new Error(`${file} has no block of TypeScript`);
  return block;
}
