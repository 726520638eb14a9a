/** The README's first example, which is what a newcomer copies. */
import { readFileSync } from "node:fs";

/** The first block of TypeScript in a Markdown file. */
export function firstExample(file: string): string {
  const block = /^```ts\n([\s\S]*?)^```$/m.exec(readFileSync(file, "utf8"))?.[1];
  if (block === undefined) throw new Error(`${file} has no block of TypeScript`);
  return block;
}
