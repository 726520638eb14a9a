/** The contract as a page to be read: `docs/contract.md` is what this answers, and a test keeps it so. */
import type { Check } from "./check.ts";
import { type Theme, themes, unchecked } from "./clauses.ts";

const INTRODUCTION = `# The contract

What every driver keeps, each rule said once. A rule has an id, which never changes its meaning, and the checks of the
conformance kit that test it: \`npx -y pnpm@12.21.0 test -t ISO-20\` runs one of them on all drivers.

Words: a **storage** is a session on an open database; a **transaction** is a snapshot plus the writes made on top of it, applied in one
atomic step; a **container** is a named, ordered set of key/value pairs. A transaction is begun by hand (\`begin\`, \`commit\`,
\`rollback\`), or runs a function (\`transaction(fn)\`); outside of both, every call is a transaction by itself (autocommit).

Three things follow from these rules, and are worth saying:

- A read that is called on a storage after one of its own writes, which is not awaited, waits for that write; it waits for nothing else.
  \`transaction(fn)\` takes its place in the order of calls when it commits, and no read waits for it.
- Items from an async iterable are set when the iterable has ended, and take their place in the order of calls then. How long that
  takes is up to the caller, so no other call waits for it, but for commit, rollback and close.
- A transaction begun by hand does not queue. It may commit while a \`transaction(fn)\` runs, and that function then runs again.

This page is made from [clauses.ts](../packages/storage-core/conformance/clauses.ts) and the checks; after a change there,
\`npx -y pnpm@12.21.0 test -u contract\` writes it anew.
`;

export function contractPage(checks: readonly Check[]): string {
  const sections = themes.map((theme) => section(theme, checks));
  return `${INTRODUCTION}\n${sections.join("\n")}`;
}

function section({ title, clauses }: Theme, checks: readonly Check[]): string {
  const lines = Object.entries(clauses).map(([id, sentence]) => {
    const tested = checks.filter((check) => check.clauses.includes(id)).map((check) => check.id);
    return `- **${id}**: ${sentence}\n  <br>${unchecked[id] ?? tested.join(" ")}`;
  });
  return `## ${title}\n\n${lines.join("\n")}\n`;
}
