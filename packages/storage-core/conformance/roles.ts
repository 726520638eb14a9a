/** What a process that a check starts can do. Each role prints one line of JSON for every thing that the check should know. */
import type { StorageOpener } from "../src/open-storage.ts";

export type Role = "leaveOpen" | "create";

export type RoleFunction = (storage: StorageOpener, args: readonly string[]) => Promise<void>;

/** Tells the check something. */
export function tell(what: unknown): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
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

  /** Creates a storage as soon as it is told to, and tells how that went. */
  async create(storage: StorageOpener, [path]: readonly string[]): Promise<void> {
    tell("ready");
    await new Promise((resolve) => process.stdin.once("data", resolve));
    process.stdin.destroy();
    try {
      const opened = await storage.open(path as string, { create: true });
      tell("created");
      await opened.close();
    } catch (error) {
      tell((error as { code?: string }).code ?? String(error));
    }
  },
};
