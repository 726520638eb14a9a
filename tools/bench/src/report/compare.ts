/** Two runs side by side. */
import { type Results, ResultTable } from "../results.ts";
import { ratio, type Summary } from "../statistics.ts";
import { rawOn } from "../targets.ts";
import type { Circumstances } from "../trial.ts";
import { table } from "./markdown.ts";
import { duration, memory, times, whole } from "./numbers.ts";

/** A table of ours, then and now: times, which mean something on one machine only, and ratios to the engine by hand, which travel. */
export function comparison(then: Results, now: Results): string {
  const before = new ResultTable(then);
  const after = new ResultTable(now);
  const rows = now.workloads.flatMap((workload) =>
    after.circumstances(workload.name).flatMap((circumstances) =>
      after.contenders("ours").flatMap(({ name, title, engine }) => {
        const old = before.value(circumstances, name);
        const value = after.value(circumstances, name);
        if (old === undefined || value === undefined) return [];
        const show = workload.measures === "time" ? duration : memory;
        const against = (lookup: ResultTable): Summary | undefined =>
          lookup.speed([circumstances, name], [circumstances, rawOn(engine)]);
        return [
          [
            `${workload.title}, ${title}${describe(circumstances)}`,
            show(old.median),
            show(value.median),
            change(old, value),
            shown(against(before)),
            shown(against(after)),
            verdict(against(before), against(after)),
          ],
        ];
      }),
    ),
  );
  if (rows.length === 0) return "The two runs have nothing in common.";
  const head = ["", "then", "now", "times as fast", "ratio then", "ratio now", ""];
  const commits = [then, now].map(({ machine }) => machine.commit.slice(0, 12)).join(" and ");
  return `Commits ${commits}. The ratio is that to the engine by hand, in the same run.\n\n${table(head, rows)}`;
}

function describe({ size, valueBytes, durability, disk }: Circumstances): string {
  return `, ${whole(size)} × ${valueBytes} B, ${durability}${disk === "slow" ? ", slow disk" : ""}`;
}

function change(old: Summary, value: Summary): string {
  const faster = ratio([old.median], [value.median]);
  return faster === undefined ? "" : times(faster.median);
}

function shown(summary: Summary | undefined): string {
  return summary === undefined ? "" : times(summary.median);
}

/** Only where no trial of one run lies within those of the other. */
function verdict(then: Summary | undefined, now: Summary | undefined): string {
  if (then === undefined || now === undefined) return "";
  if (now.min > then.max) return "better";
  return now.max < then.min ? "worse" : "within the spread";
}
