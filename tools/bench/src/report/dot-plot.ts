/** A chart of rows, each with a dot for every series on one axis, and its figure beside it. */
import type { Summary } from "../statistics.ts";
import { element, type LogScale, logScale, text } from "./svg.ts";
import type { Theme } from "./theme.ts";

export interface DotPlot {
  readonly title: string;
  readonly subtitle: string;
  /** At most as many as a theme has colours for. */
  readonly series: readonly string[];
  readonly rows: readonly DotRow[];
  /** A line at this number: what all are compared with. */
  readonly reference: { readonly value: number; readonly label: string };
  /** What is less than this is drawn here: nothing at all has no place on the axis. */
  readonly least: number;
  format(value: number): string;
  /** For ticks of the axis. */
  formatTick(value: number): string;
}

export interface DotRow {
  readonly label: string;
  /** By series; a line goes from its least to its greatest. */
  readonly points: readonly (Summary | undefined)[];
}

const WIDTH = 960;
const MARGIN = 16;
const LABELS = 306;
const COLUMN = 112;
const HEADER = 96;
const AXIS = 34;
const LANE = 11;
const ROW_PADDING = 10;
/** As wide as a character of a tick. */
const CHARACTER = 6.5;
const GAP = 8;
const FONT = "ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif";

export function dotPlot(plot: DotPlot, theme: Theme): string {
  const rowHeight = plot.series.length * LANE + ROW_PADDING;
  const right = WIDTH - MARGIN - plot.series.length * COLUMN;
  const bottom = HEADER + plot.rows.length * rowHeight;
  const height = bottom + AXIS;
  const summaries = plot.rows.flatMap(({ points }) =>
    points.filter((point) => point !== undefined),
  );
  const numbers = summaries.flatMap(({ min, max }) => [min, max]);
  const scale = logScale(
    [...numbers, plot.reference.value].map((number) => Math.max(number, plot.least)),
    LABELS,
    right - 12,
    (tick) => plot.formatTick(tick).length * CHARACTER + GAP,
  );
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${WIDTH} ${height}`,
      width: WIDTH,
      height,
      "font-family": FONT,
      "font-size": 13,
      role: "img",
      "aria-label": plot.title,
    },
    element("rect", { width: WIDTH, height, fill: theme.background }),
    text(plot.title, { x: MARGIN, y: 28, fill: theme.text, "font-size": 17, "font-weight": 600 }),
    text(plot.subtitle, { x: MARGIN, y: 50, fill: theme.muted }),
    ...heads(plot, theme, right),
    ...axis(plot, theme, scale, bottom),
    ...plot.rows.map((row, i) => line(plot, row, theme, scale, right, HEADER + i * rowHeight)),
  );
}

function heads({ series }: DotPlot, theme: Theme, right: number): string[] {
  return series.map((name, i) =>
    text(name, {
      x: right + (i + 1) * COLUMN,
      y: HEADER - 10,
      fill: theme.series[i],
      "font-weight": 600,
      "font-size": 12,
      "text-anchor": "end",
    }),
  );
}

function axis(
  { reference, formatTick }: DotPlot,
  theme: Theme,
  scale: LogScale,
  bottom: number,
): string[] {
  const at = scale(reference.value);
  return [
    ...scale.ticks.flatMap((tick) => [
      element("line", {
        x1: scale(tick),
        x2: scale(tick),
        y1: HEADER,
        y2: bottom,
        stroke: theme.grid,
      }),
      text(formatTick(tick), {
        x: scale(tick),
        y: bottom + 20,
        fill: theme.muted,
        "font-size": 12,
        "text-anchor": "middle",
      }),
    ]),
    element("line", {
      x1: at,
      x2: at,
      y1: HEADER - 4,
      y2: bottom,
      stroke: theme.text,
      "stroke-width": 1.5,
      "stroke-dasharray": "4 3",
    }),
    text(reference.label, {
      x: at,
      y: HEADER - 10,
      fill: theme.text,
      "font-size": 12,
      "text-anchor": "middle",
    }),
  ];
}

function line(
  { series, format, least }: DotPlot,
  { label, points }: DotRow,
  theme: Theme,
  scale: LogScale,
  right: number,
  top: number,
): string {
  const height = series.length * LANE + ROW_PADDING;
  const middle = top + height / 2;
  const parts = [
    element("line", { x1: MARGIN, x2: WIDTH - MARGIN, y1: top, y2: top, stroke: theme.grid }),
    text(label, { x: MARGIN, y: middle + 4.5, fill: theme.text }),
  ];
  series.forEach((_name, i) => {
    const point = points[i];
    const color = theme.series[i];
    parts.push(
      text(point === undefined ? "–" : format(point.median), {
        x: right + (i + 1) * COLUMN,
        y: middle + 4.5,
        fill: point === undefined ? theme.muted : theme.text,
        "text-anchor": "end",
        style: "font-variant-numeric: tabular-nums",
      }),
    );
    if (point === undefined) return;
    const y = top + ROW_PADDING / 2 + (i + 0.5) * LANE;
    const [min, median, max] = [point.min, point.median, point.max].map((number) =>
      Math.max(number, least),
    ) as [number, number, number];
    parts.push(
      element("line", {
        x1: scale(min),
        x2: scale(max),
        y1: y,
        y2: y,
        stroke: color,
        "stroke-width": 2,
        "stroke-opacity": 0.55,
      }),
      element("circle", { cx: scale(median), cy: y, r: 4.2, fill: color }),
    );
  });
  return parts.join("");
}
