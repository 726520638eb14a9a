/** OPEN: how storages are opened and created, and what is left where that fails. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { OpenOptions } from "../../src/options.ts";
import { type Check, group } from "../check.ts";
import type { Context } from "../context.ts";
import { filesIn, storedFile, strangersIn } from "../files.ts";
import { foreignChecks } from "./foreign.ts";
import { pathChecks } from "./paths.ts";
import { raceChecks } from "./races.ts";

/** The ways to open that create nothing. */
const OPENING: readonly (OpenOptions | undefined)[] = [
  undefined,
  {},
  { create: false },
  { readonly: true },
];

const show = (options: unknown): string => `options ${JSON.stringify(options)}`;

function folderIsEmpty(context: Context, when: string): void {
  context.equal(readdirSync(context.folder), [], `what is in the folder ${when}`);
}

/** Everything in the check's folder that is no file of the storage's. */
function strangers({ folder, facts, path }: Context): string[] {
  return strangersIn(folder, facts.files, [path]);
}

const ownChecks = group("OPEN", {
  "01 what does not exist is not found": {
    clauses: ["open.missing"],
    run: async (context) => {
      for (const options of OPENING) {
        const error = await context.rejects(
          () => context.open(options),
          "STORAGE_NOT_FOUND",
          show(options),
        );
        context.ok(error.message.includes(context.path), `the message names the path: ${error}`);
      }
    },
  },

  "02 a failed open leaves no trace": {
    clauses: ["open.missing"],
    run: async (context) => {
      for (const options of OPENING) {
        await context.rejects(() => context.open(options), "STORAGE_NOT_FOUND", show(options));
        folderIsEmpty(context, `after a failed open with ${show(options)}`);
      }
      const storage = await context.open({ create: true });
      context.equal(await storage.listContainers(), [], "containers of what is created afterwards");
    },
  },

  "03 create makes a new, empty storage": {
    clauses: ["open.create"],
    run: async (context) => {
      const storage = await context.open({ create: true });
      const onDisk = context.facts.location === "path";
      context.equal(existsSync(context.path), onDisk, "whether there is something at the path");
      context.equal(await storage.listContainers(), [], "containers of a new storage");
      await storage.addContainer("c");
      await storage.setContainerItem("c", "a", "1");
      context.equal(await context.contents(), { c: { a: "1" } }, "as another storage sees it");
      await storage.close();
      context.equal(await context.contents(), { c: { a: "1" } }, "after it was closed");
    },
  },

  "04 create of what exists is refused, and what exists is untouched": {
    clauses: ["open.create"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1" }, d: {} });
      const create = { create: true };
      for (const when of ["while it is open", "when it was closed"]) {
        const error = await context.rejects(() => context.open(create), "DUPLICATE_STORAGE", when);
        context.ok(error.message.includes(context.path), `the message names the path: ${error}`);
        context.equal(await context.contents(), { c: { a: "1" }, d: {} }, when);
        await storage.close();
      }
    },
  },

  "06 readonly creates nothing": {
    clauses: ["open.missing"],
    run: async (context) => {
      const open = (): unknown => context.open({ readonly: true });
      await context.rejects(open, "STORAGE_NOT_FOUND", "readonly, where nothing is");
      folderIsEmpty(context, "after it");
      await context.rejects(open, "STORAGE_NOT_FOUND", "the same again");
      await context.rejects(() => context.open(), "STORAGE_NOT_FOUND", "without readonly");
    },
  },

  "07 readonly and create contradict each other": {
    clauses: ["open.options"],
    run: async (context) => {
      for (const create of [true, "if-missing"] as const) {
        const open = (): unknown => context.open({ readonly: true, create });
        await context.rejects(open, "TypeError", `readonly and create: ${create}`);
        folderIsEmpty(context, "after it");
      }
      await context.rejects(() => context.open(), "STORAGE_NOT_FOUND", "nothing was created");
      await context.create({ c: { a: "1" } });
      for (const create of [true, "if-missing"] as const) {
        const open = (): unknown => context.open({ readonly: true, create });
        await context.rejects(open, "TypeError", `of what exists, with create: ${create}`);
      }
      context.equal(await context.contents(), { c: { a: "1" } }, "what exists");
    },
  },

  "08 a missing folder is not made": {
    clauses: ["open.missing"],
    run: async (context) => {
      const path = join(context.folder, "missing", "folder", "storage");
      for (const options of OPENING) {
        const open = (): unknown => context.open(options, path);
        await context.rejects(open, "STORAGE_NOT_FOUND", show(options));
      }
      for (const create of [true, "if-missing"] as const) {
        const open = (): Promise<unknown> => context.open({ create }, path);
        if (context.facts.location === "path") {
          await context.rejects(open, "STORAGE_NOT_FOUND", `create: ${create}`);
        } else if (create === true) {
          await open();
          const again = await context.open({}, path);
          context.equal(await again.listContainers(), [], "any text is a name");
        }
        folderIsEmpty(context, `after create: ${create}`);
      }
    },
  },

  "19 its files are those that the facts name": {
    clauses: ["open.files"],
    run: async (context) => {
      const seed = { c: { a: "1" }, d: {} };
      const storage = await context.create(seed);
      const reader = await context.open({ readonly: true });
      await reader.begin();
      for (let i = 0; i < 20; i++) {
        await storage.setContainerItems("c", { a: i, large: "x".repeat(300_000) + i });
      }
      await storage.deleteContainerItem("c", "large");
      await storage.setContainerItem("c", "a", "1");
      context.equal(strangers(context), [], "what else is there while it is open");
      await reader.close();
      await storage.close();
      context.equal(strangers(context), [], "what else is there when it was closed");
      for (const below of Object.keys(filesIn(context.folder))) {
        const path = join(context.folder, below);
        if (storedFile(context.facts.files, context.path, path)?.expendable) rmSync(path);
      }
      context.equal(await context.contents(), seed, "without the files that are expendable");
    },
  },

  '15 create: "if-missing" opens what exists, and creates what does not': {
    clauses: ["open.if-missing"],
    run: async (context) => {
      const first = await context.open({ create: "if-missing" });
      context.equal(await first.listContainers(), [], "containers where there was nothing");
      await first.addContainer("c");
      await first.setContainerItem("c", "a", "1");
      const second = await context.open({ create: "if-missing" });
      context.equal(await second.getContainerItem("c", "a"), "1", "while it is open");
      await first.close();
      await second.close();
      const third = await context.open({ create: "if-missing" });
      context.equal(await third.getContainerItem("c", "a"), "1", "when it was closed");
    },
  },

  "16 options and paths that make no sense are a TypeError": {
    clauses: ["open.options"],
    run: async (context) => {
      const options: readonly unknown[] = [
        { creat: true },
        { create: true, errorIfExists: true },
        { create: "yes" },
        { create: 1 },
        { create: null },
        { readonly: "yes" },
        { readonly: null },
        { durability: "none" },
        { durability: null },
        { timeout: -1 },
        { timeout: "5" },
        { timeout: Number.NaN },
        { timeout: null },
        null,
        "create",
        true,
      ];
      for (const wrong of options) {
        const open = (): unknown => context.open(wrong as OpenOptions);
        await context.rejects(open, "TypeError", show(wrong));
      }
      const paths: readonly unknown[] = [
        "",
        `${context.path}\0`,
        undefined,
        null,
        5,
        {},
        [context.path],
        Buffer.from(context.path),
        new URL("https://example.org/storage"),
      ];
      for (const wrong of paths) {
        // Not by way of the context, whose path is the check's own where none is given.
        const open = (): unknown =>
          context.target.storage.open(wrong as string, { create: "if-missing" });
        await context.rejects(open, "TypeError", `the path ${String(wrong)}`);
      }
      folderIsEmpty(context, "after all of it");
      await context.rejects(() => context.open(), "STORAGE_NOT_FOUND", "nothing was created");
    },
  },
});

/** All of the group; the others are in files of their own, by theme. */
export const openingChecks: readonly Check[] = [
  ...ownChecks,
  ...raceChecks,
  ...foreignChecks,
  ...pathChecks,
].sort((a, b) => (a.id < b.id ? -1 : 1));
