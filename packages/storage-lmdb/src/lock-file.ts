/**
 * A look at what LMDB needs to open its lock file: where something of that fails, lmdb-js ends the process with a segmentation fault. The
 * file itself is not opened, as closing it would drop the locks of this process.
 */
import {
  accessSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { MARKER, StorageCorruptError } from "@caterpillar/storage-core/driver";
import { LOCK } from "./data-file.ts";
import { TURNS } from "./turns.ts";

/** File handles that LMDB needs, with some to spare. */
const HANDLES = 8;
/** More than a lock file has. LMDB makes it without blocks, and a full disk ends the process when it is written to. */
const ROOM = 256 * 1024;

/** Throws an error of the system where LMDB could not open its lock file, or fill it. */
export function checkLock(path: string): void {
  const lock = join(path, LOCK);
  const stats = statSync(lock, { throwIfNoEntry: false });
  if (stats !== undefined) {
    if (!stats.isFile()) throw new StorageCorruptError(`${lock} is not a file; remove it`);
    accessSync(lock, constants.R_OK | constants.W_OK);
  }
  if (stats === undefined || isSparse(stats)) checkRoom(join(path, TURNS));
  const handles: number[] = [];
  try {
    while (handles.length < HANDLES) handles.push(openSync(join(path, MARKER), "r"));
  } finally {
    for (const handle of handles) closeSync(handle);
  }
}

/** Writes to a file that has no name any more. Who is killed before it has none leaves it where such things are removed. */
function checkRoom(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const probe = join(folder, `${process.pid}.room`);
  const file = openSync(probe, "w");
  try {
    rmSync(probe, { force: true });
    writeFileSync(file, Buffer.alloc(ROOM, 1));
  } finally {
    closeSync(file);
  }
}

function isSparse({ blocks, size }: Stats): boolean {
  // Windows does not count blocks.
  return blocks !== undefined && blocks * 512 < size;
}
