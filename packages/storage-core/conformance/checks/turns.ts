/** TXN: the line in which `transaction(fn)` and writes outside of transactions wait. */
import { getEventListeners } from "node:events";
import type { Storage } from "../../src/storage.ts";
import type { Transaction } from "../../src/transaction.ts";
import { type Check, group } from "../check.ts";
import { commitByHand } from "../commit-by-hand.ts";
import { type Context, refusalOf } from "../context.ts";
import { gate, letTurn, withGate } from "../event-loop.ts";
import { awaitedLater } from "../failure.ts";
import { within } from "../waiting.ts";

/** Runs beside a `transaction()` that has its turn, and keeps it until it is let go. */
async function besideHeld(
  storage: Storage,
  run: (letGo: () => Promise<void>) => Promise<void>,
): Promise<void> {
  await withGate(async (end) => {
    const began = gate();
    const held = awaitedLater(
      storage.transaction(async (tx) => {
        began.open();
        await end.opened;
        await tx.setContainerItem("c", "held", "1");
      }),
    );
    await Promise.race([began.opened, held]);
    await run(async () => {
      end.open();
      await held;
    });
  });
}

/** Far longer than a wait of 20 ms can take. */
const MUCH_TOO_LATE_MS = 3000;

/** The code that the call rejects with; "resolved" or "too late" where it does not. */
async function refusalInTime(call: Promise<unknown>): Promise<string> {
  const refusal = call.then(() => "resolved", refusalOf);
  return await within(refusal, MUCH_TOO_LATE_MS, () => "too late");
}

const never = (context: Context, when: string) => (): void => {
  context.ok(false, `the function does not run ${when}`);
};

export const turnChecks: readonly Check[] = group("TXN", {
  "17 readonly waits for nobody and never conflicts": {
    clauses: ["transaction.readonly", "isolation.wait"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "1" } });
      const other = await context.open();
      await besideHeld(storage, async (letGo) => {
        const queued = awaitedLater(storage.setContainerItem("c", "k", "2"));
        const attempts: number[] = [];
        const seen = await other.transaction(
          async (tx, attempt) => {
            attempts.push(attempt);
            const before = await tx.getContainerItem("c", "k");
            await commitByHand(other, "3");
            return [before, await tx.getContainerItem("c", "hand"), await tx.getContainerLen("c")];
          },
          { readonly: true },
        );
        context.equal(seen, ["1", undefined, 1], "its snapshot, beside a commit");
        context.equal(attempts, [1], "its attempts");
        await letGo();
        await queued;
      });
      const expected = { c: { hand: "3", held: "1", k: "2" } };
      context.equal(await context.contents(), expected, "what the others wrote");
    },
  },

  "18 turns are taken in the order of calls": {
    clauses: ["transaction.queue", "calls.order"],
    run: async (context) => {
      const a = await context.create({ c: { last: "0" } });
      const b = await context.open();
      const seen: string[] = [];
      const run =
        (name: string) =>
        async (tx: Transaction, attempt: number): Promise<void> => {
          const last = await tx.getContainerItem("c", "last");
          // Others have every chance to get in between.
          await letTurn();
          await tx.setContainerItem("c", "last", name);
          seen.push(`${last} ${name}${attempt === 1 ? "" : " again"}`);
        };
      await Promise.all([
        a.transaction(run("1")),
        b.setContainerItem("c", "last", "2"),
        b.transaction(run("3")),
        a.setContainerItem("c", "last", "4"),
        b.setContainerItem("c", "last", "5"),
        a.transaction(run("6")),
        a.transaction(run("7")),
        b.setContainerItem("c", "last", "8"),
        b.transaction(run("9")),
      ]);
      context.equal(seen, ["0 1", "2 3", "5 6", "6 7", "8 9"], "what each found and set");
      context.equal(await context.contents(), { c: { last: "9" } }, "what the last one set");
      // One that fails gives its turn back.
      const failed = a.transaction(() => Promise.reject(new Error("mine")));
      const next = awaitedLater(b.transaction(run("10")));
      await failed.catch(() => {});
      await next;
      context.equal(seen.at(-1), "9 10", "after one that failed");
    },
  },

  "19 a hundred concurrent increments count to a hundred": {
    clauses: ["transaction.queue", "isolation.serializable"],
    run: async (context) => {
      const storages = [await context.create({ c: { count: "0" } }), await context.open()];
      let attempts = 0;
      const increments = Array.from({ length: 100 }, (_, i) => {
        const storage = storages[i % 2] as Storage;
        return storage.transaction(async (tx) => {
          attempts++;
          const count = Number(await tx.getContainerItem("c", "count"));
          if (i % 3 === 0) await letTurn(1);
          await tx.setContainerItem("c", "count", count + 1);
          return count;
        });
      });
      const counts = await Promise.all(increments);
      context.equal(
        counts,
        Array.from({ length: 100 }, (_, i) => i),
        "what each found",
      );
      context.equal(attempts, 100, "how often a function ran");
      context.equal(await context.contents(), { c: { count: "100" } }, "the count");
    },
  },

  "20 a turn that does not come in time": {
    clauses: ["transaction.timeout", "errors.typed"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "1" } });
      const impatient = await context.open({ timeout: 20 });
      const run = never(context, "without its turn");
      const late: Readonly<Record<string, () => Promise<unknown>>> = {
        "an option of the call": () => storage.transaction(run, { timeout: 20 }),
        "none at all": () => storage.transaction(run, { timeout: 0 }),
        "an option of the storage": () => impatient.transaction(run),
        "a call by itself": () => impatient.setContainerItem("c", "k", "2"),
        "another call by itself": () => impatient.addContainer("d"),
      };
      await besideHeld(storage, async (letGo) => {
        for (const [what, call] of Object.entries(late)) {
          let error: unknown;
          const waiting = call().catch((reason) => {
            error = reason;
            throw reason;
          });
          context.equal(await refusalInTime(waiting), "STORAGE_BUSY", what);
          const { message, retryable } = error as Error & { retryable: boolean };
          context.equal(retryable, true, `whether to try again: ${what}`);
          context.ok(
            /transaction/.test(message),
            `the message names what it waited for: ${message}`,
          );
        }
        // One that is patient gets its turn.
        const patient = awaitedLater(
          impatient.transaction((tx) => tx.setContainerItem("c", "k", "3"), { timeout: 60_000 }),
        );
        await letTurn();
        await letGo();
        await patient;
      });
      context.equal(await context.contents(), { c: { held: "1", k: "3" } }, "what was written");
      await impatient.setContainerItem("c", "k", "4");
      const free = await storage.transaction((tx) => tx.getContainerItem("c", "k"), { timeout: 0 });
      context.equal(free, "4", "where nobody is in the way, no time is enough");
    },
  },

  "21 a signal ends the wait": {
    clauses: ["transaction.timeout", "errors.typed"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "1" } });
      const other = await context.open();
      const aborted = async (
        call: Promise<unknown>,
        reason: unknown,
        what: string,
      ): Promise<void> => {
        let error: unknown;
        const refusal = await refusalInTime(
          call.catch((thrown) => {
            error = thrown;
            throw thrown;
          }),
        );
        context.equal(refusal, "ABORTED", what);
        const { name, cause } = error as Error;
        context.equal(name, "AbortError", `the error's name, ${what}`);
        context.ok(cause === reason, `the signal's reason is the cause, ${what}`);
      };
      const reason = new Error("enough");
      const run = never(context, "when its signal was aborted before");
      const before = storage.transaction(run, { signal: AbortSignal.abort(reason) });
      await aborted(before, reason, "aborted before the call");
      await besideHeld(storage, async (letGo) => {
        for (const from of [storage, other]) {
          const controller = new AbortController();
          const waiting = awaitedLater(from.transaction(run, { signal: controller.signal }));
          await letTurn();
          controller.abort();
          await aborted(waiting, controller.signal.reason, "aborted while it waited");
          context.equal(getEventListeners(controller.signal, "abort").length, 0, "listeners left");
        }
        await letGo();
      });
      // Between two attempts.
      const between = new AbortController();
      let attempts = 0;
      const retried = storage.transaction(
        async (tx) => {
          attempts++;
          await tx.setContainerItem("c", "k", "never");
          await commitByHand(other, `${attempts}`);
          between.abort(reason);
        },
        { signal: between.signal },
      );
      await aborted(retried, reason, "aborted before it was run again");
      context.equal(attempts, 1, "how often it ran");
      // A function that runs is not interrupted.
      const during = new AbortController();
      await storage.transaction(
        async (tx) => {
          during.abort();
          await letTurn();
          await tx.setContainerItem("c", "k", "2");
        },
        { signal: during.signal },
      );
      const listeners = getEventListeners(during.signal, "abort").length;
      context.equal(listeners, 0, "listeners left by a function that ran");
      const expected = { c: { hand: "1", held: "1", k: "2" } };
      context.equal(await context.contents(), expected, "what was written");
    },
  },

  "39 a turn is waited for no longer behind a commit of one's own": {
    clauses: ["transaction.timeout", "calls.order"],
    run: (context) =>
      withGate(async (given) => {
        const storage = await context.create({ c: {} });
        const slowly = async function* (): AsyncGenerator<[string, string]> {
          await given.opened;
          yield ["a", "1"];
        };
        await storage.begin();
        const set = awaitedLater(storage.setContainerItems("c", slowly()));
        // It waits for the call in flight.
        const commit = awaitedLater(storage.commit());
        const run = never(context, "before its turn");
        const controller = new AbortController();
        const impatient = awaitedLater(storage.transaction(run, { timeout: 20 }));
        const aborted = awaitedLater(storage.transaction(run, { signal: controller.signal }));
        const patient = awaitedLater(storage.transaction((tx) => tx.getContainerItem("c", "a")));
        controller.abort();
        const refusals = await Promise.all([impatient, aborted].map(refusalInTime));
        given.open();
        await Promise.all([set, commit]);
        context.equal(refusals, ["STORAGE_BUSY", "ABORTED"], "a timeout, a signal");
        context.equal(await patient, "1", "what one that waited sees");
      }),
  },

  "41 a signal that was aborted before stops readonly, too": {
    clauses: ["transaction.timeout", "transaction.readonly"],
    run: async (context) => {
      const storage = await context.create({ c: {} });
      const run = never(context, "when its signal was aborted before");
      const options = { signal: AbortSignal.abort(), readonly: true };
      await context.rejects(() => storage.transaction(run, options), "ABORTED", "readonly");
      const readonly = await context.open({ readonly: true });
      const { signal } = options;
      await context.rejects(
        () => readonly.transaction(run, { signal }),
        "ABORTED",
        "a storage so opened",
      );
    },
  },
});
