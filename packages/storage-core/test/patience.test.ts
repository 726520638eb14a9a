/** How long the storages of a target wait for their turn. */
import type { OpenOptions } from "@caterpillar/storage-core";
import { loadTarget } from "@caterpillar/storage-core/conformance";
import { expect, it } from "vitest";
import { given } from "./fixtures/observed-target.ts";

const { storage } = await loadTarget({
  name: "observed",
  module: new URL("./fixtures/observed-target.ts", import.meta.url),
});

/** What the driver is told where the storage of the target is opened with these options. */
async function told(options?: OpenOptions): Promise<OpenOptions | undefined> {
  await (await storage.open("patience", options)).close();
  return given.at(-1);
}

it("they wait longer than those of users, whose disks are not to be judged", async () => {
  expect(await told({ create: "if-missing" })).toEqual({ create: "if-missing", timeout: 30_000 });
  expect(await told({})).toEqual({ timeout: 30_000 });
  expect(await told()).toEqual({ timeout: 30_000 });
});

it("they wait as long as a check says", async () => {
  expect(await told({ timeout: 7 })).toEqual({ timeout: 7 });
});

it.each([
  ["null", null],
  ["a list", ["create"]],
  ["a text", "create"],
  ["a number", 1],
])("%s is handed on as it is, and refused", async (_, garbage) => {
  const open = storage.open("patience", garbage as OpenOptions);
  await expect(open).rejects.toThrow(TypeError);
  expect(given.at(-1)).toBe(garbage);
});
