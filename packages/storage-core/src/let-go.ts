/** Closes a snapshot whose work is done. */
import type { Snapshot } from "./driver.ts";

/** Never rejects: nothing is lost by a snapshot that cannot be closed, and a commit that was made stays made. */
export async function letGo(snapshot: Snapshot): Promise<void> {
  try {
    await snapshot.close();
  } catch {
    // The engine tells what is wrong with it at the next call.
  }
}
