/** What a driver begins with. That it compiles, and fails the kit as it should, is proved with the packed package. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { writeScaffold } from "../conformance/scaffold.ts";

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "scaffold-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it("is a package with the driver's name everywhere", () => {
  const folder = join(newFolder(), "new");
  const files = writeScaffold(folder, "rocks-db2");
  expect(files).toContain("src/store.ts");
  for (const file of files) {
    const text = readFileSync(join(folder, file), "utf8");
    expect(text, file).not.toMatch(/\$\{|Undefined/);
    expect(text.endsWith("\n"), file).toBe(true);
  }
  const index = readFileSync(join(folder, "src/index.ts"), "utf8");
  expect(index).toContain("export const RocksDb2Storage: StorageOpener");
  expect(index).toContain('const FORMAT = { driver: "rocks-db2", version: 1 };');
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  expect(manifest.name).toBe("storage-rocks-db2");
});

it("takes the place of nothing", () => {
  const folder = newFolder();
  writeFileSync(join(folder, "mine"), "mine");
  expect(() => writeScaffold(folder, "rocks")).toThrow(/is not empty; nothing was written/);
  expect(readdirSync(folder)).toEqual(["mine"]);
});

it.each(["", "Rocks", "9", "a_b", "a/b", "a".repeat(41)])("has no name like %j", (name) => {
  const folder = join(newFolder(), "new");
  expect(() => writeScaffold(folder, name)).toThrow(/is no name for a driver/);
});
