/** Writes Markdown. */

/** A table; cells of the first column are left, the others right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_cell, i) => (i === 0 ? "---" : "---:"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** What is shown when somebody asks for it. */
export function details(summary: string, content: string): string {
  return `<details>\n<summary>${summary}</summary>\n\n${content}\n\n</details>`;
}

/** A picture in two colours, of which the reader's page shows one. */
export function picture(name: string, alt: string): string {
  return [
    "<picture>",
    `  <source media="(prefers-color-scheme: dark)" srcset="${name}-dark.svg">`,
    `  <img alt="${alt}" src="${name}-light.svg">`,
    "</picture>",
  ].join("\n");
}
