/** A temporary folder with files, gone after the test. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

export class Folder {
  readonly path: string = realpathSync(mkdtempSync(join(tmpdir(), "caterpillar-search-")));
  #clock = 1_700_000_000;

  constructor() {
    onTestFinished(() => rmSync(this.path, { recursive: true, force: true }));
  }

  at(path: string): string {
    return join(this.path, path);
  }

  /** Every write has a time of its own, however quickly they follow each other. */
  write(path: string, text: string): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), text);
    utimesSync(this.at(path), this.#clock, this.#clock++);
  }

  remove(path: string): void {
    rmSync(this.at(path));
  }
}
