/**
 * A bank: some move money between accounts, others add all accounts up. The sum never changes, so whoever finds another one has seen half of a
 * transfer; and each account must hold in the end what the committed transfers have made of it.
 */
import { TransactionConflictError } from "../../src/errors.ts";
import type { Storage } from "../../src/storage.ts";
import type { Transaction } from "../../src/transaction.ts";
import type { Context } from "../context.ts";
import { letTurn } from "../event-loop.ts";
import { Random } from "../random.ts";

const CONTAINER = "bank";
/** More than an iteration reads at once, so that others commit in the middle of one. */
const ACCOUNTS = 600;
const BALANCE = 100;
const TOTAL: number = ACCOUNTS * BALANCE;

const TELLERS = 4;
const TRANSFERS = 40;
const AUDITORS = 2;
/** An iteration gives the others a turn after so many accounts. */
const ACCOUNTS_IN_A_TURN = 100;

/** Thrown to have a transfer rolled back. */
const ON_PURPOSE = new Error("rolled back on purpose");

type Reader = Pick<Storage, "container">;

interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}

export async function runBank(context: Context): Promise<void> {
  const { seed } = context;
  const creator = await context.create({ [CONTAINER]: opening() });
  await creator.close();
  const bank = new Bank(context, seed);
  const tellers = Array.from({ length: TELLERS }, (_, i) =>
    bank.transfer(new Random(seed * 100 + i)),
  );
  const closed = Promise.allSettled(tellers);
  const auditors = Array.from({ length: AUDITORS }, (_, i) => bank.audit(i === 0, closed));
  for (const end of await Promise.allSettled([...tellers, ...auditors])) {
    if (end.status === "rejected") throw end.reason;
  }
  await bank.close();
}

function accountName(index: number): string {
  return `account ${String(index).padStart(4, "0")}`;
}

function opening(): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: ACCOUNTS }, (_, i) => [accountName(i), String(BALANCE)]),
  );
}

class Bank {
  readonly #context: Context;
  readonly #seed: string;
  readonly #ledger: Transfer[] = [];
  #attempts = 0;
  #conflicts = 0;
  #audits = 0;
  /** Audits in the middle of which somebody has committed. */
  #overtaken = 0;

  constructor(context: Context, seed: number) {
    this.#context = context;
    this.#seed = `seed ${seed} (CONFORMANCE_SEED repeats it)`;
  }

  /** Moves money at random, by hand and by function in turns. */
  async transfer(random: Random): Promise<void> {
    const storage = await this.#context.open();
    for (let n = 0; n < TRANSFERS; n++) {
      const rollBack = random.once(8);
      if (n % 2 === 0) await this.#byHand(storage, random, rollBack);
      else await this.#inFunction(storage, random, rollBack);
    }
    await storage.close();
  }

  async #byHand(storage: Storage, random: Random, rollBack: boolean): Promise<void> {
    await storage.begin();
    const transfer = await this.#move(storage, random);
    if (rollBack) {
      await storage.rollback();
      return;
    }
    try {
      await storage.commit();
      this.#ledger.push(transfer);
    } catch (error) {
      if (!(error instanceof TransactionConflictError)) throw error;
      this.#conflicts++;
    }
  }

  async #inFunction(storage: Storage, random: Random, rollBack: boolean): Promise<void> {
    const run = async (tx: Transaction, attempt: number): Promise<Transfer> => {
      if (attempt > 1) this.#conflicts++;
      const transfer = await this.#move(tx, random);
      if (rollBack) throw ON_PURPOSE;
      return transfer;
    };
    try {
      this.#ledger.push(await storage.transaction(run));
    } catch (error) {
      if (error !== ON_PURPOSE) throw error;
    }
  }

  async #move(tx: Storage | Transaction, random: Random): Promise<Transfer> {
    this.#attempts++;
    const from = random.below(ACCOUNTS);
    const names = [from, (from + 1 + random.below(ACCOUNTS - 1)) % ACCOUNTS].map(accountName);
    const balances = await tx.getContainerItems(CONTAINER, names);
    const [[payer, left] = [], [payee, right] = []] = balances.map(
      ([name, balance]) => [name, Number(balance)] as const,
    );
    const transfer = { from: payer ?? "", to: payee ?? "", amount: random.below((left ?? 0) + 1) };
    await tx.setContainerItem(CONTAINER, transfer.from, (left ?? 0) - transfer.amount);
    await letTurn(random.below(3));
    await tx.setContainerItem(CONTAINER, transfer.to, (right ?? 0) + transfer.amount);
    // Its own transfer is in what it sees.
    if (random.once(4)) await this.#addUp(tx, "who has moved money in the same transaction");
    return transfer;
  }

  /** Adds up until no more money is moved: in a transaction, or by an iteration outside of one. */
  async audit(inTransaction: boolean, closed: Promise<unknown>): Promise<void> {
    let over = false;
    void closed.then(() => {
      over = true;
    });
    const storage = await this.#context.open();
    while (!over) {
      const committed = this.#ledger.length;
      if (inTransaction) {
        await storage.begin();
        await this.#addUp(storage, "a transaction that only reads");
        await letTurn(2);
        await this.#addUp(storage, "the same transaction again");
        await storage.commit();
      } else {
        await this.#addUp(storage, "an iteration outside of transactions");
      }
      this.#audits++;
      if (this.#ledger.length > committed) this.#overtaken++;
      await letTurn(1);
    }
    await storage.close();
  }

  async #addUp(from: Reader, who: string): Promise<void> {
    let [accounts, sum] = [0, 0];
    for await (const [, balance] of from.container(CONTAINER).entries()) {
      sum += Number(balance);
      if (++accounts % ACCOUNTS_IN_A_TURN === 0) await letTurn(1);
    }
    const found = { accounts, sum };
    const wanted = { accounts: ACCOUNTS, sum: TOTAL };
    this.#context.equal(found, wanted, `${this.#seed}: what ${who} adds up`);
  }

  /** Compares every account with the ledger, and sees that there was something to be seen. */
  async close(): Promise<void> {
    const balances = opening();
    for (const { from, to, amount } of this.#ledger) {
      balances[from] = String(Number(balances[from]) - amount);
      balances[to] = String(Number(balances[to]) + amount);
    }
    const found = (await this.#context.contents())[CONTAINER] ?? {};
    const wrong = Object.keys(balances).filter((name) => found[name] !== balances[name]);
    const differ = wrong.map(
      (name) => `${name}: ${found[name]}, by the transfers ${balances[name]}`,
    );
    this.#context.equal(differ.slice(0, 5), [], `${this.#seed}: accounts in the end`);
    // Where commits are slow there are many audits, and only so many can be overtaken as there are commits.
    const meetings = Math.min(this.#audits, this.#ledger.length);
    const enough =
      this.#ledger.length >= this.#attempts / 5 &&
      this.#conflicts >= 1 &&
      this.#overtaken >= meetings / 4;
    const counts = `${this.#ledger.length} transfers in ${this.#attempts} attempts, ${this.#conflicts} conflicts, ${this.#overtaken} of ${this.#audits} audits beside a commit`;
    this.#context.ok(enough, `${this.#seed}: it shows nothing: ${counts}`);
  }
}
