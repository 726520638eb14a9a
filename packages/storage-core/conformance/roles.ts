/** What a process that a check starts can do. Each role prints one line of JSON for every thing that the check should know. */
import type { StorageOpener } from "../src/open-storage.ts";
import { contentsOf } from "./context.ts";

export type Role = "leaveOpen" | "create" | "join" | "read";

export type RoleFunction = (storage: StorageOpener, args: readonly string[]) => Promise<void>;

/** Tells the check something. */
function tell(what: unknown): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

/** Tells the check that it is ready, and waits until it may go on. */
async function toldToGo(): Promise<void> {
  tell("ready");
  await new Promise((resolve) => process.stdin.once("data", resolve));
  process.stdin.destroy();
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? String(error);
}

export const roles: Readonly<Record<Role, RoleFunction>> = {
  /** Creates a storage with a container, begins a transaction, leaves an iteration open, and just ends: nothing must hold the process. */
  async leaveOpen(storage: StorageOpener, [path]: readonly string[]): Promise<void> {
    const opened = await storage.open(path as string, { create: true });
    await opened.addContainer("c");
    await opened.setContainerItems("c", { a: "1", b: "2" });
    await opened.container("c").entries().next();
    await opened.begin();
    await opened.setContainerItem("c", "uncommitted", "x");
    tell("left open");
  },

  /** Creates storages one after another as soon as it is told to, and tells how each went. */
  async create(storage: StorageOpener, paths: readonly string[]): Promise<void> {
    await toldToGo();
    for (const path of paths) {
      try {
        const opened = await storage.open(path, { create: true });
        tell("created");
        await opened.close();
      } catch (error) {
        tell(codeOf(error));
      }
    }
  },

  /** Opens or creates storages as soon as it is told to, and adds a container of its own to each. */
  async join(storage: StorageOpener, paths: readonly string[]): Promise<void> {
    await toldToGo();
    for (const path of paths) {
      try {
        const opened = await storage.open(path, { create: "if-missing" });
        await opened.addContainer(`of process ${process.pid}`);
        await opened.close();
        tell("joined");
      } catch (error) {
        tell(codeOf(error));
      }
    }
  },

  /** Tells of each storage all that is in it, or why it cannot be opened. */
  async read(storage: StorageOpener, paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      try {
        const opened = await storage.open(path, { readonly: true });
        tell(await contentsOf(opened));
        await opened.close();
      } catch (error) {
        tell(codeOf(error));
      }
    }
  },
};
