/** CONF: a transaction that wrote, and whose snapshot is no longer the newest at commit, is refused, and nothing else is. */
import type { Storage } from "../../src/storage.ts";
import { type Check, group } from "../check.ts";
import type { Context } from "../context.ts";
import { scheduled } from "../schedule.ts";
import { contentionChecks } from "./contention.ts";
import { noConflictChecks } from "./no-conflicts.ts";

const CONFLICT = "TRANSACTION_CONFLICT";

/** Rejects with the conflict, however it comes about: two ways to commit, and the retries of `transaction()` used up. */
const losers: Readonly<Record<string, (storage: Storage, commit: () => Promise<void>) => unknown>> =
  {
    "commit() of the storage": async (storage, commit) => {
      await storage.begin();
      await storage.setContainerItem("c", "secret key", "secret value");
      await commit();
      await storage.commit();
    },
    "commit() of the transaction": async (storage, commit) => {
      const tx = await storage.begin();
      await tx.deleteContainerItem("c", "secret key");
      await commit();
      await tx.commit();
    },
    "transaction() without retries": (storage, commit) =>
      storage.transaction(
        async (tx) => {
          await tx.setContainerItem("c", "secret key", "secret value");
          await commit();
        },
        { retries: 0 },
      ),
  };

/** Commits by hand, which waits for nobody. */
async function commitByHand(storage: Storage, value: string): Promise<void> {
  await storage.begin();
  await storage.setContainerItem("c", "1", value);
  await storage.commit();
}

async function checkTypes(context: Context): Promise<void> {
  const loser = await context.create({ c: {} });
  const winner = await context.open();
  for (const [how, lose] of Object.entries(losers)) {
    const call = (): unknown => lose(loser, () => commitByHand(winner, how));
    const error = await context.rejects(call, CONFLICT, how);
    const { name, retryable } = error as Error & { retryable?: unknown };
    context.equal({ name, retryable }, { name: "TransactionConflictError", retryable: true }, how);
    context.ok(!error.message.includes("secret"), `the message shows nothing stored: ${error}`);
  }
  context.equal(await context.contents(), { c: { 1: Object.keys(losers).at(-1) } }, "at the end");
}

const conflictRules: readonly Check[] = group("CONF", {
  "01 the conflict is a typed, retryable error": {
    clauses: ["conflict.typed", "errors.typed", "errors.private"],
    run: checkTypes,
  },

  "02 the loser is ready for the next begin": scheduled(
    ["conflict.reusable", "transaction.finished"],
    {
      "it begins again, and commits": `
        A begin
        A get 1 -> 10
        A set 1 11
        B set 1 12
        A commit -> TRANSACTION_CONFLICT
        A commit -> TRANSACTION_STATE
        A rollback -> TRANSACTION_STATE
        A get 1 -> 12
        A begin
        A get 1 -> 12
        A set 1 13
        A commit
        B get 1 -> 13
      `,
      "it writes without a transaction": `
        A begin
        A drop c
        B set 1 12
        A commit -> TRANSACTION_CONFLICT
        A set 2 22
        N entries -> 1=12,2=22
      `,
      "it loses again and again": `
        A begin
        A set 1 11
        B set 1 12
        A commit -> TRANSACTION_CONFLICT
        A begin
        A set 1 13
        B set 1 14
        A commit -> TRANSACTION_CONFLICT
        A begin
        A set 1 15
        B begin
        B set 1 16
        A commit
        B commit -> TRANSACTION_CONFLICT
        B begin
        B get 1 -> 15
        B rollback
      `,
    },
    async (context) => {
      const path = context.place("objects");
      const loser = await context.create({ c: {} }, path);
      const winner = await context.open({}, path);
      const tx = await loser.begin();
      await tx.setContainerItem("c", "1", "lost");
      await commitByHand(winner, "won");
      await context.rejects(() => tx.commit(), CONFLICT, "the loser");
      const state = "TRANSACTION_STATE";
      await context.rejects(() => tx.commit(), state, "the loser's transaction, again");
      await context.rejects(() => tx.getContainerItem("c", "1"), state, "a read of it");
      await context.rejects(() => tx.setContainerItem("c", "1", "x"), state, "a write of it");
      const next = await loser.begin();
      context.equal(await next.getContainerItem("c", "1"), "won", "the next transaction");
      await next.commit();
    },
  ),

  "03 any commit in between is a conflict, also elsewhere": scheduled(["conflict.typed"], {
    "another key": `
      A begin
      B begin
      A set 1 11
      B set 2 22
      A commit
      B commit -> TRANSACTION_CONFLICT
      N entries -> 1=11,2=20
    `,
    "another container": `
      A add d
      A begin
      B begin
      A set 1 11
      B set d/1 x
      B commit
      A commit -> TRANSACTION_CONFLICT
      N entries -> 1=10,2=20
      N entries d -> 1=x
    `,
    "a container that was created": `
      A begin
      A set 1 11
      B add d
      A commit -> TRANSACTION_CONFLICT
      N entries -> 1=10,2=20
    `,
    "a container that was dropped": `
      A add d
      A begin
      A set 1 11
      B drop d
      A commit -> TRANSACTION_CONFLICT
      N entries -> 1=10,2=20
    `,
    "two containers that are created": `
      A begin
      B begin
      A add d
      B add e
      A commit
      B commit -> TRANSACTION_CONFLICT
      N containers -> c,d
    `,
    "a commit before the first write": `
      A begin
      B set 2 22
      A set 1 11
      A commit -> TRANSACTION_CONFLICT
      N entries -> 1=10,2=22
    `,
    "many commits": `
      A begin
      A set 3 30
      B set 1 11
      B set 1 12
      B begin
      B delete 2
      B commit
      A commit -> TRANSACTION_CONFLICT
      N entries -> 1=12
    `,
  }),

  "05 after a rollback, the other one commits": scheduled(["conflict.lock", "conflict.typed"], {
    "one key": `
      A begin
      B begin
      A set 1 11
      B set 1 12
      A rollback
      B commit
      N get 1 -> 12
    `,
    close: `
      A begin
      B begin
      A clearContainer
      B set 1 12
      A close
      B commit
      N entries -> 1=12,2=20
    `,
    containers: `
      A begin
      B begin
      A add d
      B add d
      A rollback
      B commit
      N containers -> c,d
    `,
    "after a conflict": `
      A begin
      A set 1 11
      B set 1 12
      C begin
      C set 1 13
      A commit -> TRANSACTION_CONFLICT
      C commit
      N get 1 -> 13
    `,
  }),

  "07 nothing of the loser is left": scheduled(["conflict.typed", "conflict.reusable"], {
    "in the storage": `
      A begin
      A set 3 30
      A delete 1
      A add d
      A set d/1 x
      B set 2 22
      A commit -> TRANSACTION_CONFLICT
      A entries -> 1=10,2=22
      A containers -> c
      N entries -> 1=10,2=22
      N containers -> c
      A add d
      A entries d -> none
    `,
    "of what it dropped and cleared": `
      A add d
      A set d/1 x
      A begin
      A clearContainer d
      A drop c
      A add e
      B set 2 22
      A commit -> TRANSACTION_CONFLICT
      N containers -> c,d
      N entries -> 1=10,2=22
      N entries d -> 1=x
    `,
    "of what it cleared": `
      A begin
      A clear
      B set 2 22
      A commit -> TRANSACTION_CONFLICT
      N entries -> 1=10,2=22
    `,
    "in its next transaction": `
      A begin
      A set 3 30
      A add d
      B set 2 22
      A commit -> TRANSACTION_CONFLICT
      A begin
      A entries -> 1=10,2=22
      A containers -> c
      A set 4 40
      A commit
      N entries -> 1=10,2=22,4=40
      N containers -> c
    `,
  }),
});

export const conflictChecks: readonly Check[] = [
  ...conflictRules,
  ...contentionChecks,
  ...noConflictChecks,
].sort((a, b) => (a.id < b.id ? -1 : 1));
