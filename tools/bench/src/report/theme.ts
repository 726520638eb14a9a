/** The colours of a chart: on a light page, and on a dark one. Those of the lines can be told apart by people who see fewer colours, too. */

export interface Theme {
  readonly name: "light" | "dark";
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  /** For as many series as a chart may have. */
  readonly series: readonly string[];
}

export const THEMES: readonly Theme[] = [
  {
    name: "light",
    background: "#ffffff",
    text: "#1f2328",
    muted: "#59636e",
    grid: "#d8dee4",
    series: ["#0b62c4", "#b5480a", "#0f7b4f", "#8a3ab9"],
  },
  {
    name: "dark",
    background: "#0d1117",
    text: "#e6edf3",
    muted: "#9198a1",
    grid: "#30363d",
    series: ["#6cb2ff", "#ff9d5c", "#56d39b", "#d2a3f5"],
  },
];
