/**
 * What is printed: headings, lines and hits, in 80 columns, with a few colours where they are
 * wanted.
 */
import { styleText } from "node:util";
import type { Answer } from "./query.ts";
import { printable } from "./title.ts";

const COLUMNS = 80;
const LABEL = 12;

/** Characters that fill two columns of a terminal, more or less. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u;
const NO_WIDTH = /\p{M}/u;

export interface Output {
  write(text: string): unknown;
}

type Style = "bold" | "dim" | "green" | "red" | "cyan";

export class Report {
  readonly #output: Output;
  readonly #colours: boolean;
  #headings = 0;

  constructor(output: Output, colours: boolean) {
    this.#output = output;
    this.#colours = colours;
  }

  title(text: string): void {
    this.#print(this.#style("bold", text));
  }

  heading(text: string): void {
    this.#print(`\n${this.#style("cyan", String(++this.#headings))}  ${this.#style("bold", text)}`);
  }

  summary(): void {
    this.#print(`\n${this.#style("bold", "Summary")}`);
  }

  /** A line of text under a heading; longer ones are broken. */
  line(text: string): void {
    for (const line of wrap(text, COLUMNS - 3)) this.#print(`   ${line}`);
  }

  /** A name and what there is to say of it. */
  row(label: string, value: string): void {
    this.#print(`   ${this.#style("dim", label.padEnd(LABEL))}${cut(value, COLUMNS - 3 - LABEL)}`);
  }

  /** A path, of which the end says most. */
  path(label: string, path: string): void {
    this.row(label, cutFront(printable(path), COLUMNS - 3 - LABEL));
  }

  /** What should be so, and whether it is. */
  verdict(good: boolean, text: string): void {
    const lines = wrap(text, COLUMNS - 5);
    const mark = good ? this.#style("green", "✓") : this.#style("red", "✗");
    lines.forEach((line, i) => {
      this.#print(`   ${i === 0 ? mark : " "} ${line}`);
    });
  }

  /** An answer to a query: each hit's score, title and path. */
  answer(query: string, { found, hits }: Answer, took: number): void {
    const documents = `${count(found, "document")} · ${milliseconds(took)}`;
    const asked = cut(printable(query), COLUMNS - 6 - documents.length);
    const gap = " ".repeat(COLUMNS - 3 - width(asked) - documents.length);
    this.#print(`   ${this.#style("bold", asked)}${gap}${this.#style("dim", documents)}`);
    for (const { path, title, score } of hits) {
      const points = score.toFixed(2).padStart(8);
      this.#print(`   ${this.#style("green", points)}  ${cut(title, COLUMNS - 13)}`);
      const place = cutFront(printable(path), COLUMNS - 13);
      this.#print(`             ${this.#style("dim", place)}`);
    }
  }

  gap(): void {
    this.#print("");
  }

  #style(style: Style, text: string): string {
    return this.#colours ? styleText(style, text, { validateStream: false }) : text;
  }

  #print(line: string): void {
    this.#output.write(`${line}\n`);
  }
}

const INTEGER = new Intl.NumberFormat("en");

export function integer(value: number): string {
  return INTEGER.format(value);
}

/** "1 document", "2,000 documents". */
export function count(value: number, noun: string): string {
  return `${integer(value)} ${noun}${value === 1 ? "" : "s"}`;
}

export function milliseconds(time: number): string {
  if (time >= 1000) return `${(time / 1000).toFixed(2)} s`;
  return `${time.toFixed(time < 10 ? 1 : 0)} ms`;
}

export function size(bytes: number): string {
  if (bytes < 1000) return count(bytes, "byte");
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function width(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (!NO_WIDTH.test(character)) columns += WIDE.test(character) ? 2 : 1;
  }
  return columns;
}

/** Cuts off what is too much at the end. */
function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  const characters = [...text];
  while (width(characters.join("")) > columns - 1) characters.pop();
  return `${characters.join("").trimEnd()}…`;
}

/** Cuts off what is too much at the beginning. */
function cutFront(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  const characters = [...text];
  while (width(characters.join("")) > columns - 1) characters.shift();
  return `…${characters.join("")}`;
}

function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && width(line) + 1 + width(word) > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
