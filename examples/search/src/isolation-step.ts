/** Shows that a reader keeps the state that it began with, while somebody else writes. */
import type { Storage } from "@caterpillar/storage-core";
import { MADE_UP, madeUp } from "./made-up.ts";
import { search } from "./query.ts";
import type { Report } from "./report.ts";
import { count } from "./report.ts";
import type { SearchIndex } from "./search-index.ts";

/** A word that no text has. */
const WORD = "xylocaterpillar";
const DOCUMENTS = 3;

/** `reader` is a second storage on the same path. Answers whether all was as it should be. */
export async function showIsolation(
  index: SearchIndex,
  reader: Storage,
  report: Report,
): Promise<boolean> {
  const seen = async (): Promise<number> => (await index.search(WORD)).found;
  const before = await reader.begin();
  const texts = Array.from({ length: DOCUMENTS }, (_, i) => madeUp(`note ${i + 1}`, [WORD]));
  await index.apply({ put: texts });
  const lines: [who: string, found: number, expected: number][] = [
    ["the reader, which began before", (await search(before, WORD, 0)).found, 0],
    ["anybody who begins now", await seen(), DOCUMENTS],
  ];
  await before.rollback();
  const after = await reader.transaction((tx) => search(tx, WORD, 0), { readonly: true });
  lines.push(["the reader, when it begins again", after.found, DOCUMENTS]);
  await index.removeUnder(MADE_UP);
  lines.push(["anybody, when they are taken out again", await seen(), 0]);

  report.line(
    `While a reader had begun, ${DOCUMENTS} documents with the word "${WORD}" were committed in one transaction. Who sees how many:`,
  );
  for (const [who, found, expected] of lines) {
    const wrong = found === expected ? "" : `, and should see ${expected}`;
    report.verdict(found === expected, `${who.padEnd(40)}${count(found, "document")}${wrong}`);
  }
  return lines.every(([, found, expected]) => found === expected);
}
