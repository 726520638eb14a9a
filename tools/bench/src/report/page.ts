/** The page that answers: what does it cost? First the targets, then the charts, then everything. */
import { type Results, ResultTable } from "../results.ts";
import { peerVerdicts, type Verdict, verdicts } from "../targets.ts";
import { SLOW_SYNC_MS } from "../trial.ts";
import type { Chart } from "./charts.ts";
import { detailsOf } from "./details.ts";
import { details, picture, table } from "./markdown.ts";
import { duration, significant, times, whole } from "./numbers.ts";

/** More processes than that want to run on a machine that is not quiet. */
const QUIET_LOAD = 0.5;
/** Where others have less than that of a virtual machine's processors, it is as good as alone. */
const LITTLE_STOLEN = 0.02;

/** `folder` is where the charts are, seen from the page. */
export function page(results: Results, charts: readonly Chart[], folder = "."): string {
  const lookup = new ResultTable(results);
  return [
    "# What it costs",
    circumstances(results),
    ...warnings(results),
    "## Targets",
    targets(verdicts(lookup)),
    ...whyMissed(verdicts(lookup)),
    ahead(lookup),
    ...pictures(charts, folder),
    "## Everything",
    detailsOf(lookup),
    "## How it was measured",
    method(results, folder),
  ]
    .join("\n\n")
    .concat("\n");
}

function pictures(charts: readonly Chart[], folder: string): string[] {
  if (charts.length === 0) return [];
  return ["## In pictures", ...charts.map(({ name, alt }) => picture(`${folder}/${name}`, alt))];
}

function circumstances(results: Results): string {
  const { machine, began, profile, filtered } = results;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return (
    `Measured on ${began.slice(0, 10)} at commit \`${machine.commit.slice(0, 12)}\`${machine.changed ? " with changes" : ""}, ` +
    `${filtered ? "a part of the " : ""}profile \`${profile}\`, ${trialsOf(results)} trials of each. ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, ` +
    `${machine.fileSystem} on which a sync takes ${duration(machine.syncMs)}, Node ${machine.node.slice(1)}, ${versions.join(", ")}.`
  );
}

function warnings({ machine, stolen = 0, probed, measured }: Results): string[] {
  const failed = measured.flatMap(({ workload, contender, trials }) =>
    trials === "cannot"
      ? []
      : trials.flatMap((trial) =>
          "failed" in trial ? [`${workload}, ${contender}: ${trial.failed.split("\n", 1)[0]}`] : [],
        ),
  );
  const found: string[] = [];
  if (machine.load > QUIET_LOAD) {
    found.push(
      `**The machine had other things to do** (load ${significant(machine.load)} when it began): ratios are rough, and times are worth nothing.`,
    );
  }
  if (stolen > LITTLE_STOLEN) {
    found.push(
      `**Others had ${Math.round(stolen * 100)} % of this virtual machine's processors** while it ran: a pause of some milliseconds may be theirs, and so may be half of a ratio.`,
    );
  }
  if (!probed) {
    found.push(
      "**Syncs were not counted, and there was no slow disk:** that takes Linux and a C compiler.",
    );
  }
  if (failed.length > 0) {
    const list = [...new Set(failed)].map((line) => `- ${line}`).join("\n");
    found.push(`**${failed.length} trials failed:**\n\n${list}`);
  }
  return found;
}

function targets(found: readonly Verdict[]): string {
  const engines = [...new Set(found.map(({ engine }) => engine))];
  const rows = [...new Set(found.map(({ title }) => title))].map((title) => {
    const row = found.filter((verdict) => verdict.title === title);
    return [
      title,
      wanted(row[0] as Verdict),
      ...engines.map((engine) => cell(row.find((one) => one.engine === engine))),
    ];
  });
  return `${table(["", "wanted", ...engines], rows)}\n\nA ratio is how many times as fast ours is; in brackets, ours and what it is compared with. ✓ met, ✗ missed.`;
}

/** The causes of the targets that were missed, once each. */
function whyMissed(found: readonly Verdict[]): string[] {
  const causes = new Set(
    found.flatMap(({ isMet, cause }) => (isMet || cause === undefined ? [] : [cause])),
  );
  if (causes.size === 0) return [];
  return [details("why some are missed", [...causes].map((cause) => `- ${cause}`).join("\n"))];
}

function wanted({ wanted: goal, unit }: Verdict): string {
  const show = unit === "times" ? times : duration;
  return "atLeast" in goal ? `≥ ${show(goal.atLeast)}` : `≤ ${show(goal.atMost)}`;
}

function cell(verdict: Verdict | undefined): string {
  if (verdict === undefined) return "–";
  const { figure, unit, isMet, of } = verdict;
  const show = unit === "times" ? times : duration;
  const made = of.length === 0 ? "" : ` (${of.map(({ median }) => duration(median)).join(", ")})`;
  return `${isMet ? "✓" : "✗"} **${show(figure.median)}**${made}`;
}

function ahead(lookup: ResultTable): string {
  const found = peerVerdicts(lookup);
  if (found.length === 0) return "No other layer was measured.";
  const titles = new Map(lookup.results.workloads.map(({ name, title }) => [name, title]));
  const behind = found.filter(({ isMet }) => !isMet);
  const rows = behind.map(({ circumstances: one, peer, ours, figure }) => [
    `${titles.get(one.workload)}, ${ours.title} against ${peer.title}`,
    `${whole(one.size)} × ${one.valueBytes} B, ${one.durability}`,
    times(figure.median),
  ]);
  const count = `Ahead of other layers over the same engines, at the same durability, in ${found.length - behind.length} of ${found.length} comparisons.`;
  if (behind.length === 0) return count;
  return `${count}\n\n${details("where ours is behind", table(["", "", "speed of ours"], rows))}`;
}

/** How many trials there were of a cell: `5`, or `5 to 9`; `0` where nobody could do anything. */
function trialsOf({ measured }: Results): string {
  const counts = measured.flatMap(({ trials }) => (trials === "cannot" ? [] : [trials.length]));
  if (counts.length === 0) return "0";
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? `${least}` : `${least} to ${most}`;
}

function method(results: Results, folder: string): string {
  return `- Each trial is a process of its own, and all processes are alike. The contenders of a workload take turns, ${trialsOf(results)} times around, on the same data. Figures are medians; ratios
  are medians of the ratios of each round, so that what the machine did in a round has met both sides. Beside them stand the least and the greatest.
- "By hand" is the engine as its own documentation advises it, as fast as we could make it. A synchronous engine is called without promises.
- Every trial checks what it read, by count and by a sum over all values, and opens the database again to see what it wrote.
- Durability is counted, not believed: ${results.probed ? "a library that is loaded into each process counts the calls that make data durable, and a trial fails whose commits had too few of them, or too many" : "where a C compiler is there, the calls that make data durable are counted"}. On the slow disk each
  of those calls takes ${SLOW_SYNC_MS} ms longer.
- The wait for the event loop is that of somebody who comes at a random moment. A synchronous engine that is called in a loop is given a pause every 3 ms.
- Times hold for one machine and one day. To compare two versions, compare ratios, or run both on one quiet machine.

\`\`\`sh
npx -y pnpm@12.21.0 bench            # some minutes: the targets
npx -y pnpm@12.21.0 bench --full     # some hours: everything
npx -y pnpm@12.21.0 bench --only set --only sqlite    # a part of it, printed only
npx -y pnpm@12.21.0 bench --compare docs/benchmarks/results.json
NODE_OPTIONS="--cpu-prof --cpu-prof-dir=profiles" npx -y pnpm@12.21.0 bench --only get --only ours-lmdb    # where the time goes
\`\`\`

[results.json](${folder}/results.json) has every trial.`;
}
