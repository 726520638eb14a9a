/** All figures, workload by workload. */
import type { ListedContender, ListedWorkload, ResultTable } from "../results.ts";
import { rawOn } from "../targets.ts";
import type { Circumstances } from "../trial.ts";
import { details, table } from "./markdown.ts";
import { duration, memory, significant, times, whole } from "./numbers.ts";

const MS_PER_S = 1000;

export function detailsOf(lookup: ResultTable): string {
  return [
    ...lookup.results.workloads.map((workload) => ofWorkload(lookup, workload)),
    contenders(lookup),
  ].join("\n\n");
}

function ofWorkload(lookup: ResultTable, workload: ListedWorkload): string {
  const parts = lookup
    .circumstances(workload.name)
    .flatMap((circumstances) => [
      `**${describe(circumstances, workload)}**`,
      ofCircumstances(lookup, workload, circumstances),
    ]);
  const about = `${capital(workload.about)}.`;
  return details(workload.title, [about, ...parts, ...notes(lookup, workload)].join("\n\n"));
}

function describe(
  { size, valueBytes, durability, disk }: Circumstances,
  { writes }: ListedWorkload,
) {
  const parts = [`${whole(size)} entries of ${valueBytes} bytes`];
  if (writes) parts.push(durability);
  if (disk === "slow") parts.push("slow disk");
  return parts.join(", ");
}

function ofCircumstances(
  lookup: ResultTable,
  workload: ListedWorkload,
  circumstances: Circumstances,
): string {
  const isTime = workload.measures === "time";
  const head = ["", `per ${workload.unit}`, "least – greatest"];
  if (isTime) head.push("a second");
  head.push("against the engine by hand");
  if (workload.writes && isTime) head.push("event loop, p99", "longest pause");
  if (workload.writes) head.push("syncs");
  const rows = lookup.contenders().flatMap((contender) => {
    const cell = lookup.cell(circumstances, contender.name);
    return cell === undefined ? [] : [row(lookup, workload, circumstances, contender, head.length)];
  });
  return table(head, rows);
}

function row(
  lookup: ResultTable,
  { measures, writes }: ListedWorkload,
  circumstances: Circumstances,
  { name, title, engine, kind }: ListedContender,
  columns: number,
): string[] {
  const value = lookup.value(circumstances, name);
  if (value === undefined) {
    const cell = lookup.cell(circumstances, name);
    const why = cell?.trials === "cannot" ? "cannot" : "failed";
    return [title, why, ...new Array<string>(columns - 2).fill("")];
  }
  const isTime = measures === "time";
  const show = isTime ? duration : memory;
  const cells = [title, show(value.median), `${show(value.min)} – ${show(value.max)}`];
  if (isTime) cells.push(whole(MS_PER_S / value.median));
  const raw = rawOn(engine);
  const speed =
    kind === "raw" ? undefined : lookup.speed([circumstances, name], [circumstances, raw]);
  cells.push(
    speed === undefined || !isTime
      ? ""
      : `${times(speed.median)} (${significant(speed.min)} – ${significant(speed.max)})`,
  );
  if (writes && isTime) {
    const p99 = lookup.lag(circumstances, name, "p99");
    const max = lookup.lag(circumstances, name, "max");
    cells.push(p99 ? duration(p99.median) : "", max ? duration(max.median) : "");
  }
  if (writes) {
    const syncs = lookup.syncs(circumstances, name);
    cells.push(syncs ? significant(syncs.median) : "");
  }
  return cells;
}

/** What is different about the workload for some of the contenders. */
function notes(lookup: ResultTable, { name }: ListedWorkload): string[] {
  const found = lookup.contenders().flatMap((contender) => {
    const note = contender.notes[name];
    return note === undefined ? [] : [`- ${contender.title}: ${note}`];
  });
  return found.length === 0 ? [] : [found.join("\n")];
}

/** Who took part, and what each does to be durable, with what was counted. */
function contenders(lookup: ResultTable): string {
  const set = lookup.circumstances("set").filter(({ disk }) => disk === "plain");
  const rows = lookup.contenders().flatMap((contender) =>
    Object.entries(contender.durability).map(([durability, how]) => {
      const counted = set
        .filter((one) => one.durability === durability)
        .map((one) => lookup.syncs(one, contender.name))
        .find((syncs) => syncs !== undefined);
      return [
        contender.title,
        contender.about,
        `\`${durability}\``,
        how,
        counted === undefined ? "" : significant(counted.median),
      ];
    }),
  );
  const head = ["", "used as", "durability", "by", "syncs for each set, as counted"];
  return details("who took part, and how durable they were", table(head, rows));
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
