/** Several small charts of lines: how a time grows with the size of the data. Both axes are logarithmic. */
import { element, type LogScale, logScale, text } from "./svg.ts";
import type { Theme } from "./theme.ts";

export interface LinePlot {
  readonly title: string;
  readonly subtitle: string;
  /** The numbers at which the horizontal axis is marked. */
  readonly marks: readonly number[];
  readonly panels: readonly Panel[];
  formatX(value: number): string;
  formatY(value: number): string;
}

interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
}

export interface Line {
  readonly label: string;
  /** Which of the theme's colours it has. */
  readonly color: number;
  readonly dashed: boolean;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const WIDTH = 960;
const MARGIN = 16;
const HEADER = 96;
const PANEL_WIDTH = (WIDTH - 3 * MARGIN) / 2;
const PANEL_HEIGHT = 256;
const LEFT = 66;
const TOP = 30;
const BOTTOM = 44;
/** As high as a line of text, and a gap. */
const tickRoom = (): number => 20;
const FONT = "ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif";

export function linePlot(plot: LinePlot, theme: Theme): string {
  const rows = Math.ceil(plot.panels.length / 2);
  const height = HEADER + rows * PANEL_HEIGHT;
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${WIDTH} ${height}`,
      width: WIDTH,
      height,
      "font-family": FONT,
      "font-size": 12,
      role: "img",
      "aria-label": plot.title,
    },
    element("rect", { width: WIDTH, height, fill: theme.background }),
    text(plot.title, { x: MARGIN, y: 28, fill: theme.text, "font-size": 17, "font-weight": 600 }),
    text(plot.subtitle, { x: MARGIN, y: 50, fill: theme.muted, "font-size": 13 }),
    ...legend(plot, theme),
    ...plot.panels.map((panel, i) => {
      const x = MARGIN + (i % 2) * (PANEL_WIDTH + MARGIN);
      const y = HEADER + Math.floor(i / 2) * PANEL_HEIGHT;
      return element("g", { transform: `translate(${x} ${y})` }, ...draw(plot, panel, theme));
    }),
  );
}

function legend({ panels }: LinePlot, theme: Theme): string[] {
  const lines = new Map(panels.flatMap((panel) => panel.lines.map((line) => [line.label, line])));
  let x = MARGIN;
  return [...lines.values()].flatMap((line) => {
    const from = x;
    x += 48 + line.label.length * 7;
    return [
      stroke(theme, line, { x1: from, x2: from + 22, y1: 72, y2: 72 }),
      text(line.label, { x: from + 28, y: 76, fill: theme.text }),
    ];
  });
}

function draw(
  { formatX, formatY, marks }: LinePlot,
  { title, lines }: Panel,
  theme: Theme,
): string[] {
  const points = lines.flatMap((line) => line.points);
  const xScale = logScale(
    points.map(([x]) => x),
    LEFT,
    PANEL_WIDTH - MARGIN,
    tickRoom,
  );
  const yScale = logScale(
    points.map(([, y]) => y),
    PANEL_HEIGHT - BOTTOM,
    TOP,
    tickRoom,
  );
  return [
    text(title, { x: 0, y: 14, fill: theme.text, "font-size": 13, "font-weight": 600 }),
    ...yScale.ticks.flatMap((tick) => [
      element("line", {
        x1: LEFT,
        x2: PANEL_WIDTH,
        y1: yScale(tick),
        y2: yScale(tick),
        stroke: theme.grid,
      }),
      text(formatY(tick), {
        x: LEFT - 8,
        y: yScale(tick) + 4,
        fill: theme.muted,
        "text-anchor": "end",
      }),
    ]),
    ...marks
      .filter((mark) => points.some(([x]) => x === mark))
      .map((mark) =>
        text(formatX(mark), {
          x: xScale(mark),
          y: PANEL_HEIGHT - BOTTOM + 18,
          fill: theme.muted,
          "text-anchor": "middle",
        }),
      ),
    ...lines.map((line) => curve(line, theme, xScale, yScale)),
  ];
}

function curve(line: Line, theme: Theme, xScale: LogScale, yScale: LogScale): string {
  const places = line.points.map(([x, y]) => [xScale(x), yScale(y)] as const);
  const color = theme.series[line.color];
  return [
    element("polyline", {
      points: places.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "),
      fill: "none",
      stroke: color,
      "stroke-width": 2,
      "stroke-dasharray": line.dashed ? "5 4" : undefined,
    }),
    ...places.map(([cx, cy]) =>
      element("circle", { cx, cy, r: line.dashed ? 2.5 : 3.5, fill: color }),
    ),
  ].join("");
}

function stroke(theme: Theme, { color, dashed }: Line, ends: Record<string, number>): string {
  return element("line", {
    ...ends,
    stroke: theme.series[color],
    "stroke-width": 2,
    "stroke-dasharray": dashed ? "5 4" : undefined,
  });
}
