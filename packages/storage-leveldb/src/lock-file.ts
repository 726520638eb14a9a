/** Whether this process has a database open: asked before LevelDB is, which would take the lock away from itself. */
import { fstatSync, readdirSync, readFileSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";

/**
 * Whether any thread of this process has locked the folder. LevelDB opens the file `LOCK` to see that it must not; closing it again then
 * drops the lock for the whole process, and another one gets in. Two threads that open in the same instant may still do that.
 */
export function isOpenHere(path: string): boolean {
  const lock = statSync(join(path, "LOCK"), { throwIfNoEntry: false });
  // Windows keeps locks by handle.
  if (lock === undefined || process.platform === "win32") return false;
  return process.platform === "linux" ? isLockedHere(lock) : isFileOpenHere(lock);
}

/** By the kernel's list. Linux hands LevelDB's files on to child processes, but not the locks. */
function isLockedHere({ ino }: Stats): boolean {
  // 1: POSIX  ADVISORY  WRITE 4711 08:01:1234567 0 EOF
  const own = new RegExp(` POSIX .* ${process.pid} [^ ]+:${ino} `);
  return readFileSync("/proc/locks", "utf8")
    .split("\n")
    .some((line) => own.test(line));
}

function isFileOpenHere({ dev, ino }: Stats): boolean {
  return readdirSync("/dev/fd").some((file) => {
    try {
      const found = fstatSync(Number(file));
      return found.dev === dev && found.ino === ino;
    } catch {
      // It was the handle of this very listing.
      return false;
    }
  });
}
