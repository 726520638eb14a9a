import type { Storage } from "../src/storage.ts";

/** What makes the newest state another one than that of the transaction that is running: a commit by hand, which queues for nothing. */
export async function commitByHand(other: Storage, value: string): Promise<void> {
  await other.begin();
  await other.setContainerItem("c", "hand", value);
  await other.commit();
}
