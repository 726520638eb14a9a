/** A report as one page that needs nothing else: no network, no script to be seen, light or dark as the reader has it. */
import { checks } from "../catalogue.ts";
import { type Check, groupOf } from "../check.ts";
import { clauses } from "../clauses.ts";
import { type Host, hostSuffix } from "../host.ts";
import { replayOf } from "./replay.ts";
import {
  canariesOf,
  countsOf,
  type DriverReport,
  profilesOf,
  type Report,
  type Verdict,
} from "./report.ts";
import { type CheckResult, isComplaint, type Status } from "./result.ts";

const SIGNS: Readonly<Record<Status, readonly [sign: string, meaning: string]>> = {
  pass: ["✓", "holds"],
  fail: ["✗", "fails"],
  unsupported: ["◐", "holds, but for what the driver's facts exclude"],
  "not-run": ["–", "not run on this machine"],
  deviation: ["~", "a declared deviation"],
  advice: ["!", "should hold, and does not; it decides nothing"],
};

const VERDICTS: Readonly<Record<Verdict, string>> = {
  conformant: "Every check of the catalogue holds.",
  "conformant-with-deviations": "Every check holds, but for deviations that the driver declares.",
  incomplete: "Some checks were not run, so there is no verdict.",
  "not-conformant": "At least one check fails.",
};

/** More failures than these are closed until somebody asks for one. */
const MOST_OPEN = 3;

export function htmlOf(report: Report): string {
  const { drivers } = report;
  const profiles = profilesOf(report);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Conformance: ${text(drivers.map(({ name, verdict }) => `${name} ${verdict}`).join(", "))}</title>
<style>${STYLE}</style>
<header>
<h1>Conformance</h1>
<p>${text(`Kit ${report.kit}, profile ${profiles}, Node ${report.node}, ${report.platform}, seed ${report.seed}, ${report.started.replace("T", " ").slice(0, 16)} UTC. Catalogue ${report.catalogue.slice(0, 12)}, ${checks.length} checks of ${clauses.size} clauses.`)}</p>
<p>${text(canariesOf(report))}</p>
</header>
<section class="drivers" aria-label="Verdicts">${drivers.map(card).join("")}</section>
${failuresOf(drivers)}
<section>
<h2>Checks</h2>
<p class="legend">${Object.entries(SIGNS)
    .map(
      ([status, [sign, meaning]]) =>
        `<span><b class="${status}">${sign}</b> ${text(meaning)}</span>`,
    )
    .join(" ")}</p>
<p class="legend">Where there are three signs, the check was run three times: with its sessions in one thread, in worker threads, and in processes.</p>
${[...Map.groupBy(checks, groupOf)].map(([group, members]) => tableOf(group, members, drivers)).join("\n")}
</section>
${notesOf(drivers)}
${figuresOf(drivers)}
${untestedOf(report)}
</html>
`;
}

function card({ name, verdict, results, facts }: DriverReport): string {
  const counts = countsOf(results);
  const bars = (Object.keys(SIGNS) as Status[]).flatMap((status) => {
    const count = counts.get(status) ?? 0;
    if (count === 0) return [];
    return [`<i class="${status}" style="flex-grow:${count}"></i>`];
  });
  const said = (Object.keys(SIGNS) as Status[]).flatMap((status) => {
    const count = counts.get(status) ?? 0;
    return count === 0 ? [] : [`<b class="${status}">${SIGNS[status][0]}</b> ${count}`];
  });
  const { threads, processes, durability } = facts;
  const survives = durability.length === 0 ? "nothing" : durability.join(", ");
  return `<article class="${verdict}"><h2>${text(name)}</h2><p class="verdict">${verdict}</p>
<p>${text(VERDICTS[verdict])}</p><div class="bar" aria-hidden="true">${bars.join("")}</div><p class="counts">${said.join(" &ensp;")}</p>
<p class="facts">${text(`threads ${threads}, processes ${processes}, survives ${survives}`)}</p></article>`;
}

function failuresOf(drivers: readonly DriverReport[]): string {
  const failures = drivers.flatMap(({ name, module, results }) =>
    results.filter(isComplaint).map((result) => ({ name, module, result })),
  );
  if (failures.length === 0) return "";
  // Many of them would stand before the table; who follows a sign to one of them has it opened.
  const open = failures.length <= MOST_OPEN ? " open" : "";
  const parts = failures.map(({ name, module, result: { id, host, status, failure = "" } }) => {
    const check = checks.find((each) => each.id === id);
    const broken = (check?.clauses ?? []).map(
      (clause) => `<li><code>${text(clause)}</code> ${prose(clauses.get(clause) ?? "")}</li>`,
    );
    return `<details${open}><summary><b class="${status}">${SIGNS[status][0]}</b> ${text(`${name}: ${id} ${check?.title ?? ""}`)}</summary>
<div id="${anchorOf(name, id, host)}"><ul>${broken.join("")}</ul><pre>${text(failure)}</pre><p>Run it again: <code>${text(replayOf(module, id))}</code></p></div></details>`;
  });
  return `<section><h2>Failures</h2>${parts.join("\n")}</section>`;
}

function tableOf(
  group: string,
  members: readonly Check[],
  drivers: readonly DriverReport[],
): string {
  const rows = members.flatMap(({ id, title, level, needs }) => {
    const results = drivers.map((driver) => driver.results.filter((result) => result.id === id));
    if (results.every((of) => of.length === 0)) return [];
    const cells = results.map((of, i) => cellOf(drivers[i]?.name ?? "", of));
    return [
      `<tr><th scope="row"><code>${id}</code> ${text(title)}${asides({ level, needs })}</th>${cells.join("")}</tr>`,
    ];
  });
  if (rows.length === 0) return "";
  const heads = drivers.map(({ name }) => `<th scope="col">${text(name)}</th>`);
  return `<table><thead><tr><th scope="col">${group}</th>${heads.join("")}</tr></thead><tbody>
${rows.join("\n")}
</tbody></table>`;
}

/** What is to be known of a check that is not as most are. */
function asides({ level, needs }: Pick<Check, "level" | "needs">): string {
  const said = [
    ...(level === "should" ? ["should, not must"] : []),
    ...needs.map(({ name }) => `needs ${name}`),
  ];
  return said.map((aside) => ` <small>${text(aside)}</small>`).join("");
}

/** A sign for each host that the check was run on. */
function cellOf(driver: string, results: readonly CheckResult[]): string {
  const signs = results.map((result) => {
    const { id, host, status, notes, figures, ms } = result;
    const [sign, meaning] = SIGNS[status];
    const where = host === "thread" ? "sessions in one thread" : `sessions in ${host}`;
    const said = [`${where}: ${meaning}`, ...notes, ...figures, `${Math.round(ms)} ms`].join("\n");
    const mark = `<b class="${status}" title="${text(said)}">${sign}<span class="hidden">${text(`${where}: ${meaning}`)}</span></b>`;
    return isComplaint(result) ? `<a href="#${anchorOf(driver, id, host)}">${mark}</a>` : mark;
  });
  return `<td>${signs.join(" ")}</td>`;
}

function notesOf(drivers: readonly DriverReport[]): string {
  return remarks("What does not apply, and why", drivers, ({ notes }) => notes);
}

function figuresOf(drivers: readonly DriverReport[]): string {
  return remarks("What was seen, in figures", drivers, ({ figures }) => figures);
}

function untestedOf({ untested }: Report): string {
  const rows = Object.entries(untested).map(
    ([id, why]) =>
      `<tr><td><code>${text(id)}</code></td><td>${prose(clauses.get(id) ?? "")}</td><td class="note">${text(why)}</td></tr>`,
  );
  if (rows.length === 0) return "";
  return `<section><h2>Clauses that nothing here tests, and why</h2><table class="notes"><tbody>
${rows.join("\n")}
</tbody></table></section>`;
}

/** A table of what is said of results. */
function remarks(
  title: string,
  drivers: readonly DriverReport[],
  of: (result: CheckResult) => readonly string[],
): string {
  const rows = drivers.flatMap(({ name, results }) =>
    results.flatMap((result) => {
      const { id, host, status } = result;
      return of(result).map(
        (said) =>
          `<tr><td>${text(name)}</td><td><code>${id}</code>${hostSuffix(host)}</td><td><b class="${status}">${SIGNS[status][0]}</b></td><td class="note">${text(said)}</td></tr>`,
      );
    }),
  );
  if (rows.length === 0) return "";
  return `<section><h2>${title}</h2><table class="notes"><tbody>
${rows.join("\n")}
</tbody></table></section>`;
}

/** Where the failure of a check is told. */
function anchorOf(driver: string, id: string, host: Host): string {
  return `${driver}-${id}-${host}`.replaceAll(/[^\w-]/g, "-");
}

/** Text of a clause, with its code marked as such. */
function prose(sentence: string): string {
  return text(sentence).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}

function text(raw: string): string {
  return raw
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d8dee4, #30363d); --soft: light-dark(#59636e, #9198a1);
  --pass: light-dark(#1a7f37, #3fb950); --fail: light-dark(#cf222e, #f85149); --part: light-dark(#0969da, #58a6ff); --warn: light-dark(#9a6700, #d29922); }
* { box-sizing: border-box }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 72rem; background: light-dark(#fff, #0d1117); color: light-dark(#1f2328, #e6edf3) }
h1 { margin: 0; font-size: 1.9rem } h2 { margin: 2.5rem 0 .75rem; font-size: 1.2rem } header p, .legend, .facts, .counts { color: var(--soft) }
.drivers { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: 1rem; margin-top: 1.5rem }
article { border: 1px solid var(--line); border-top: 4px solid var(--warn); border-radius: 8px; padding: 1rem 1.1rem } article h2, article p { margin: 0 0 .35rem }
article.conformant { border-top-color: var(--pass) } article.not-conformant { border-top-color: var(--fail) }
.verdict { font-weight: 700; color: var(--warn) } .conformant .verdict { color: var(--pass) } .not-conformant .verdict { color: var(--fail) }
.bar { display: flex; gap: 2px; height: 8px; margin: .7rem 0; border-radius: 4px; overflow: hidden } .bar i { min-width: 3px }
i.pass { background: var(--pass) } i.fail { background: var(--fail) } i.unsupported { background: var(--part) } i.not-run, i.deviation, i.advice { background: var(--warn) }
b.pass { color: var(--pass) } b.fail { color: var(--fail) } b.unsupported { color: var(--part) } b.not-run, b.deviation, b.advice { color: var(--warn) }
.facts { font-size: .85rem } .legend span { margin-right: 1.2rem; white-space: nowrap }
table { border-collapse: collapse; width: 100%; margin-bottom: 1.5rem; font-size: .92rem } th, td { text-align: left; padding: .28rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top }
thead th { position: sticky; top: 0; background: light-dark(#f6f8fa, #161b22); z-index: 1 } th[scope=row] { font-weight: 400 } td { text-align: center; width: 6.5rem } thead th:not(:first-child) { text-align: center }
tbody tr:hover { background: light-dark(#f6f8fa, #161b22) } .notes td { text-align: left; width: auto } .notes .note { width: 70% } .notes td:nth-child(-n+2) { white-space: nowrap }
code { font: .88em ui-monospace, monospace } th code { color: var(--soft); margin-right: .4rem } a { text-decoration: none }
details { border: 1px solid var(--line); border-left: 4px solid var(--fail); border-radius: 6px; padding: .6rem 1rem; margin-bottom: 1rem } summary { cursor: pointer; font-weight: 600 }
pre { overflow-x: auto; padding: .8rem; border-radius: 6px; background: light-dark(#f6f8fa, #161b22); font: .85rem/1.45 ui-monospace, monospace; white-space: pre-wrap }
small { color: var(--soft); border: 1px solid var(--line); border-radius: 4px; padding: 0 .3rem; white-space: nowrap }
@media (max-width: 40rem) {
  body { padding: 1rem .75rem 3rem } th, td { padding: .28rem .2rem; overflow-wrap: anywhere } td { width: 13% } thead th { font-size: .72rem }
  code { overflow-wrap: anywhere } td b { display: block } .notes .note { width: auto } .notes td:nth-child(-n+2) { white-space: normal } .legend span { white-space: normal }
}
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
`;
