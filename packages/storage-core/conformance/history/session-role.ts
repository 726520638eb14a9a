/** The sessions of a history that run in a thread or a process of their own. */
import type { StorageOpener } from "../../src/open-storage.ts";
import { openOptions, runSession, type SessionPlan } from "./recorder.ts";

/** Opens a storage for each session, and runs them all at once when it may go on. Tells each record. Plans are given as JSON. */
export async function runSessions(
  opener: StorageOpener,
  [path, plans]: readonly string[],
  tell: (what: unknown) => void,
  toldToGo: () => Promise<void>,
): Promise<void> {
  const sessions: SessionPlan[] = JSON.parse(plans as string);
  const storages = await Promise.all(
    sessions.map((plan) => opener.open(path as string, openOptions(plan))),
  );
  await toldToGo();
  await Promise.all(
    storages.map((storage, i) => runSession(storage, sessions[i] as SessionPlan, tell)),
  );
  for (const storage of storages) await storage.close();
}
