/** Brings the index up to date with the files of a folder, and tells what there was to do. */
import { findFiles } from "./files.ts";
import { count, integer, milliseconds, size } from "./report.ts";
import type { SearchIndex, Updated } from "./search-index.ts";
import type { Surroundings } from "./surroundings.ts";

export interface Indexed {
  /** Whether an index was found and used on. */
  readonly kept: boolean;
  /** Documents that are new, changed or removed. */
  readonly written: number;
}

export async function indexFiles(
  index: SearchIndex,
  root: string,
  { report, progress, signal }: Surroundings,
): Promise<Indexed> {
  const start = performance.now();
  progress.show("looking for files …");
  const found = await findFiles(root, signal);
  const updated = await index.update(found, {
    signal,
    progress: (done, all) => progress.show(`${integer(done)} of ${integer(all)} documents …`),
  });
  progress.clear();
  const took = milliseconds(performance.now() - start);

  const bytes = found.files.reduce((sum, file) => sum + file.size, 0);
  report.row("files", `${integer(found.files.length)}, ${size(bytes)}`);
  report.row("found", whatWasThere(index));
  const { added, changed, removed, unchanged } = updated;
  report.row(
    "documents",
    `${integer(added)} new · ${integer(changed)} changed · ${integer(removed)} removed · ${integer(unchanged)} unchanged`,
  );
  report.row("written", `${whatWasWritten(updated)} in ${took}`);
  const skipped = found.skipped + updated.skipped;
  if (skipped > 0) report.row("skipped", `${integer(skipped)} that cannot be read or stored`);
  return { kept: index.kept, written: added + changed + removed };
}

function whatWasThere({ found, kept }: SearchIndex): string {
  if (found === undefined) return "no index yet";
  const index = `an index of ${count(found.documents, "document")}`;
  if (!kept) return `${index}, which is made anew`;
  return `${index}, last written ${found.updated.slice(0, 19)}Z`;
}

function whatWasWritten({ items, transactions }: Updated): string {
  if (transactions === 0) return "nothing; looked through";
  return `${count(items, "item")} in ${count(transactions, "transaction")}, all`;
}
