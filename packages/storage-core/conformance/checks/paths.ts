/** OPEN: what a path may look like, and paths with several names. */
import { existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import type { Storage } from "../../src/storage.ts";
import { type Check, group } from "../check.ts";
import type { Context } from "../context.ts";

/** What shells, URLs, trimming and the special names of engines would make something else of. */
const ODD_NAMES: readonly string[] = [
  "with space",
  " leading space",
  "trailing space ",
  "trailing space",
  "it's",
  'so-called "quotes"',
  "question?mark=1&other=2",
  "hash#tag",
  "per%20cent",
  "per cent",
  "100%",
  "semi;colon",
  "back\\slash",
  "star*[a-z]{b,c}",
  "$HOME",
  "~",
  "-dash",
  "new\nline",
  "tab\t",
  "...",
  ".hidden",
  "file.db.",
  ":memory:",
  "file:it?mode=memory",
  "größe",
  "日本語",
  "😀",
  "x".repeat(200),
];

/** Other spellings of the check's path. */
function aliasesOf(context: Context): Readonly<Record<string, string>> {
  const { folder, path } = context;
  const links = join(folder, "links");
  mkdirSync(links);
  symlinkSync(path, join(links, "link"));
  symlinkSync("link", join(links, "link-to-link"));
  symlinkSync(folder, join(links, "folder"));
  const name = basename(path);
  return {
    "a relative path": relative(process.cwd(), path),
    "a path with dots": `${folder}/./links/../${name}`,
    "a path with doubled slashes": `${folder}//${name}`,
    "a path with a trailing slash": `${path}/`,
    "a symbolic link": join(links, "link"),
    "a symbolic link to a symbolic link": join(links, "link-to-link"),
    "a symbolic link to the folder": join(links, "folder", name),
  };
}

/** Both must be sessions on one storage: writes of each are seen by the other, and their conflicts are found. */
async function areOne(context: Context, one: Storage, other: Storage, what: string): Promise<void> {
  context.equal(other.path, one.path, `the path of ${what}`);
  await other.setContainerItem("c", "by the other", what);
  context.equal(await one.getContainerItem("c", "by the other"), what, `written through ${what}`);
  await one.setContainerItem("c", "by the one", what);
  context.equal(await other.getContainerItem("c", "by the one"), what, `read through ${what}`);
  await one.begin();
  await other.begin();
  await one.setContainerItem("c", "x", "1");
  await other.setContainerItem("c", "x", "2");
  await one.commit();
  await context.rejects(() => other.commit(), "TRANSACTION_CONFLICT", `a conflict with ${what}`);
}

export const pathChecks: readonly Check[] = group("OPEN", {
  "11 a path may have odd characters": {
    clauses: ["open.path"],
    run: async (context) => {
      const storages: Storage[] = [];
      for (const name of ODD_NAMES) {
        storages.push(await context.create({ [name]: { name } }, context.place(name)));
      }
      for (const name of ODD_NAMES) {
        const shown = JSON.stringify(name);
        const again = await context.open({}, pathToFileURL(context.place(name)));
        context.equal(await again.listContainers(), [name], `containers of ${shown}, by its URL`);
        await again.close();
      }
      for (const storage of storages) await storage.close();
      const listed = readdirSync(context.folder);
      const found = ODD_NAMES.filter((name) => listed.includes(name));
      const onDisk = context.facts.location === "path" ? ODD_NAMES : [];
      context.equal(found, onDisk, "what of them is on the disk, by exactly its name");
      for (const name of ODD_NAMES) {
        const again = await context.open({}, context.place(name));
        context.equal(await again.getContainerItem(name, "name"), name, "the item, opened again");
        await again.close();
      }
    },
  },

  "12 all names of a path are one storage": {
    clauses: ["open.alias", "storages.shared"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1" } });
      const byUrl = await context.open({}, pathToFileURL(context.path));
      await areOne(context, storage, byUrl, "a file: URL");
      for (const [what, alias] of Object.entries(aliasesOf(context))) {
        if (context.facts.location === "name") {
          // A name is no path, so nothing of it is resolved: each spelling is a name of its own.
          context.leaveOut(
            "that they are one: facts.location is name, and each spelling is another",
          );
          await context.rejects(() => context.open({}, alias), "STORAGE_NOT_FOUND", what);
          continue;
        }
        const create = (): unknown => context.open({ create: true }, alias);
        await context.rejects(create, "DUPLICATE_STORAGE", `create by ${what}`);
        const other = await context.open({}, alias);
        await areOne(context, storage, other, what);
        const reader = await context.open({ readonly: true }, alias);
        context.equal(await reader.getContainerItem("c", "x"), "1", `readonly by ${what}`);
        await other.close();
        await reader.close();
      }
    },
  },

  "17 a symbolic link to nothing is another name of what is not there": {
    clauses: ["open.alias", "open.missing"],
    run: async (context) => {
      for (const create of [true, "if-missing"] as const) {
        const [target, link] = [context.place(`target-${create}`), context.place(`link-${create}`)];
        symlinkSync(target, link);
        await context.rejects(() => context.open({}, link), "STORAGE_NOT_FOUND", "without create");
        const created = await context.open({ create }, link);
        await created.addContainer("c");
        const onDisk = context.facts.location === "path";
        context.equal(existsSync(target), onDisk, `whether create: ${create} made the target`);
        const openTarget = (): Promise<Storage> => context.open({}, target);
        if (onDisk) {
          context.equal(await (await openTarget()).listContainers(), ["c"], "by the other name");
        } else {
          context.leaveOut("symbolic links: facts.location is name");
          await context.rejects(openTarget, "STORAGE_NOT_FOUND", "a name is no path");
        }
      }
    },
  },
});
