/** A report as Markdown, for a README or the summary of a job. */
import { hostSuffix } from "../host.ts";
import { replayOf } from "./replay.ts";
import { canariesOf, countsOf, profilesOf, type Report } from "./report.ts";
import { isComplaint, type Status } from "./result.ts";
import { rowsOf } from "./rows.ts";

const CELLS: Readonly<Record<Status, string>> = {
  pass: "✓",
  fail: "**✗**",
  unsupported: "(✓)",
  "not-run": "–",
  deviation: "~",
  advice: "!",
};

const LEGEND =
  "✓ holds, (✓) holds but for what the driver's facts exclude, **✗** fails, ~ a declared deviation, ! should hold and does not, – not run.";

export function markdownOf(report: Report): string {
  const { drivers } = report;
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const count = (status: Status): string[] =>
    drivers.map(({ results }) => String(countsOf(results).get(status) ?? 0));
  const table = [
    line(["check", ...drivers.map(({ name }) => name)]),
    line(["---", ...drivers.map(() => "---")]),
    line(["**verdict**", ...drivers.map(({ verdict }) => `**${verdict}**`)]),
    ...(Object.keys(CELLS) as Status[]).map((status) => line([status, ...count(status)])),
    ...rowsOf(drivers).map(({ check: { id, title }, host, results }) => {
      const cells = results.map((result) => (result ? CELLS[result.status] : ""));
      return line([`${id}${hostSuffix(host)} ${escaped(title)}`, ...cells]);
    }),
  ];
  const failures = drivers.flatMap(({ name, module, results }) =>
    results
      .filter(isComplaint)
      .map(
        ({ id, host, failure = "" }) =>
          `### ${name}: ${id} (${host})\n\n\`\`\`text\n${failure}\n\`\`\`\n\n\`${replayOf(module, id)}\``,
      ),
  );
  return `${[
    "# Conformance",
    `Kit ${report.kit}, profile ${profilesOf(report)}, catalogue \`${report.catalogue.slice(0, 12)}\`, Node ${report.node}, ${report.platform}, ${report.started}. ${canariesOf(report)} ${LEGEND}`,
    table.join("\n"),
    ...(failures.length > 0 ? ["## Failures", ...failures] : []),
  ].join("\n\n")}\n`;
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|");
}
