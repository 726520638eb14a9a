/** A driver that is at its user's mercy: certain keys make it say where it is or what it has open, end its process, block it, or wait for ever. */
import { threadId } from "node:worker_threads";
import type { Storage } from "@caterpillar/storage-core";
import type { StorageOpener } from "@caterpillar/storage-core/driver";
import { replace } from "../mutants/mutant.ts";
import { sharedFile } from "./shared-file.ts";

/** How many storages are open here. */
let open = 0;

const deeds: Readonly<Record<string, () => unknown>> = {
  whoami: () => `${process.pid}.${threadId}`,
  open: () => String(open),
  complain: () => {
    process.exitCode = 4;
  },
  exit: () => {
    console.error("the disk is gone");
    process.exit(3);
  },
  abort: () => process.abort(),
  spin: () => {
    for (;;);
  },
  wait: () => new Promise(() => {}),
};

const intact = sharedFile();

export const storage: StorageOpener = {
  driver: intact.driver,
  async open(path, options) {
    const opened: Storage = await intact.open(path, options);
    const getContainerItem = async (container: string, key: string): Promise<unknown> => {
      return (await deeds[key]?.()) ?? (await opened.getContainerItem(container, key));
    };
    const close = async (): Promise<void> => {
      await opened.close();
      open--;
    };
    open++;
    return replace(opened, { getContainerItem, close } as Partial<Storage>);
  },
};
