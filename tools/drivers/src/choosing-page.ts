/** docs/choosing-a-driver.md, made of what the drivers say of themselves. */
import type { DriverFacts, Sharing } from "@caterpillar/storage-core/driver";
import type { ListedDriver } from "./drivers.ts";

const HEAD = `# Choosing a driver

Every driver keeps the same [contract](contract.md), so your code is the same on each of them; to change your mind is to change one import, and to
copy the data. They differ in what their engines can do. Take SQLite unless a line of this table speaks for another one.
`;

const FOOT = `
\`<path>\` is what you give to \`open\`. Nothing else may be put there, and nothing there may be moved, replaced or removed while a storage is open.
To copy a storage, close it everywhere and copy all files that are not called expendable. Network file systems are for none of them: the
locks of the engines do not hold there.

Reads that are "made in the thread itself" take microseconds while the data are in memory. Where they have to come from a slow disk, the
event loop waits with you.

This page is made from the drivers' own \`facts\` and \`about\`; after a change there, \`npx -y pnpm@12.21.0 test -u choosing\` writes it anew.
The conformance kit tests the facts on each driver; \`npx -y pnpm@12.21.0 conformance\` prints which check passes on which.
`;

type Row = readonly [heading: string, cell: (driver: ListedDriver) => string];

const ROWS: readonly Row[] = [
  ["import", ({ symbol, module }) => `\`${symbol}\` from \`${module}\``],
  ["engine", ({ opener }) => opener.driver.about?.engine ?? ""],
  ["take it for", ({ opener }) => opener.driver.about?.pick ?? ""],
  ["other threads of the process", ({ opener }) => sharing(opener.driver.facts.threads)],
  ["other processes", ({ opener }) => sharing(opener.driver.facts.processes)],
  ["a commit survives", ({ opener }) => durability(opener.driver.facts)],
  ["by", ({ opener }) => opener.driver.about?.syncs ?? ""],
  ["read-only", ({ opener }) => readonly(opener.driver.facts)],
  ["limits", ({ opener }) => opener.driver.about?.limits ?? ""],
  ["holds up the event loop", ({ opener }) => opener.driver.about?.blocks ?? ""],
  ["on the disk", ({ opener }) => files(opener.driver.facts)],
];

export function choosingPage(drivers: readonly ListedDriver[]): string {
  const table = [
    ["", ...drivers.map(({ name }) => name)],
    ["---", ...drivers.map(() => "---")],
    ...ROWS.map(([heading, cell]) => [heading, ...drivers.map(cell)]),
  ];
  return `${HEAD}\n${table.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n${FOOT}`;
}

function sharing(fact: Sharing): string {
  if (fact === "shared") return "share it";
  return fact === "locked" ? "`StorageLockedError` at once" : "have storages of their own";
}

function durability({ durability: kept }: DriverFacts): string {
  if (kept.length === 0) return "nothing";
  const names = kept.map((name) => `\`${name}\``).join(" or ");
  return kept.length > 1 ? `${names}, as you say` : `${names}, always`;
}

function readonly({ location, readonly: by }: DriverFacts): string {
  if (by === "engine") return "needs no right to write";
  return location === "path" ? "refuses writes, but opening needs the right to" : "refuses writes";
}

function files({ files: all }: DriverFacts): string {
  if (all.length === 0) return "nothing";
  return all
    .map(
      ({ name, about, expendable }) => `\`${name}\`: ${about}${expendable ? " (expendable)" : ""}`,
    )
    .join("<br>");
}
