/** TXN: that calls which nobody waits for come to the same as if each was waited for. */
import type { Storage } from "../../src/storage.ts";
import { type Check, group } from "../check.ts";
import { contentsOf, refusalOf } from "../context.ts";
import { difference } from "../difference.ts";
import type { Times } from "../profile.ts";
import { Random } from "../random.ts";

const PLANS: Times = { quick: 6, full: 200 };

interface Call {
  readonly name: string;
  readonly container: string;
  readonly key: string;
  readonly value: string;
}

const calls: Readonly<Record<string, (storage: Storage, call: Call) => Promise<unknown>>> = {
  set: (storage, { container, key, value }) => storage.setContainerItem(container, key, value),
  setMany: (storage, { container, key, value }) =>
    storage.setContainerItems(container, { [key]: value, many: value }),
  delete: (storage, { container, key }) => storage.deleteContainerItem(container, key),
  deleteMany: (storage, { container, key }) =>
    storage.deleteContainerItems(container, [key, "many"]),
  clearContainer: (storage, { container }) => storage.clearContainer(container),
  add: (storage, { container }) => storage.addContainer(container),
  drop: (storage, { container }) => storage.deleteContainer(container),
  clear: (storage) => storage.clear(),
  get: (storage, { container, key }) => storage.getContainerItem(container, key),
  getMany: (storage, { container, key }) => storage.getContainerItems(container, [key, "many"]),
  has: (storage, { container, key }) => storage.hasContainerItem(container, key),
  length: (storage, { container }) => storage.getContainerLen(container),
  first: (storage, { container }) => storage.getContainerKeys(container).next(),
  last: (storage, { container }) => storage.container(container).entries({ reverse: true }).next(),
  hasContainer: (storage, { container }) => storage.hasContainer(container),
  list: (storage) => storage.listContainers(),
  begin: (storage) => storage.begin().then(() => "begun"),
  commit: (storage) => storage.commit(),
  rollback: (storage) => storage.rollback(),
};

/** Sets and reads more often than the rest, so that there is something to be wrong about. */
const names = [...Object.keys(calls), "set", "set", "set", "get", "get", "add", "add", "begin"];

function randomCalls(seed: number, count: number): Call[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, i) => ({
    name: random.pick(names),
    container: random.pick(["c", "d", "e"]),
    key: random.pick(["a", "b", "many"]),
    value: `${i}`,
  }));
}

async function outcome(storage: Storage, call: Call): Promise<string> {
  const run = calls[call.name] as (typeof calls)[string];
  const answer = await run(storage, call).catch(refusalOf);
  return `${call.name} ${call.container} ${call.key} -> ${JSON.stringify(answer)}`;
}

export const randomCallChecks: readonly Check[] = group("TXN", {
  "38 calls in flight come to the same as one after another": {
    clauses: ["calls.order", "autocommit.atomic", "transaction.own"],
    run: async (context) => {
      for (let seed = 1; seed <= context.times(PLANS); seed++) {
        const planned = randomCalls(seed, 80);
        const one = await context.create({}, context.place(`one ${seed}`));
        const other = await context.create({}, context.place(`other ${seed}`));
        const expected: string[] = [];
        for (const call of planned) expected.push(await outcome(one, call));
        const found = await Promise.all(planned.map((call) => outcome(other, call)));
        context.equal(difference(found, expected), "none", `what calls came to, plan ${seed}`);
        context.equal(
          await contentsOf(other),
          await contentsOf(one),
          `what is there, plan ${seed}`,
        );
        await one.close();
        await other.close();
      }
    },
  },
});
