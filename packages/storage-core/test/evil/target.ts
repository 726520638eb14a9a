/** The memory driver, with whatever is the worst: `target.ts?blocks` says what. Each must come out as a failure, and none may take the kit along. */
import {
  defineStorage,
  type Engine,
  TransactionConflictError,
} from "@caterpillar/storage-core/driver";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { replace } from "../mutants/mutant.ts";

const evil = decodeURIComponent(new URL(import.meta.url).search.slice(1));

/** What is done in place of a write. */
const writes: Readonly<Record<string, (engine: Engine) => Engine["write"]>> = {
  hangs: () => () => new Promise<void>(() => {}),
  blocks: () => () => {
    for (;;);
  },
  crashes: () => () => process.abort(),
  exits: () => () => process.exit(0),
  "rejects behind the back": (engine) => async (changes, options) => {
    await engine.write(changes, options);
    void Promise.reject(new Error("nobody is there to see it"));
  },
  "swallows conflicts": (engine) => async (changes, options) => {
    try {
      await engine.write(changes, options);
    } catch (error) {
      if (!(error instanceof TransactionConflictError)) throw error;
    }
  },
  "writes nothing": () => () => {},
  "cannot write": () => () => {
    throw new Error("the disk is on holiday");
  },
};

if (evil === "blocks when it is imported") for (;;);

function spoilt(engine: Engine): Partial<Engine> {
  const write = writes[evil];
  if (write !== undefined) return { write: write(engine) };
  if (evil !== "finds nothing") return {};
  return {
    snapshot: async (durability) => {
      const snapshot = await engine.snapshot(durability);
      return replace(snapshot, {
        get: () => undefined,
        getMany: (_, keys) => keys.map(() => undefined),
        page: () => ({ items: [], more: false }),
        keys: () => ({ items: [], more: false }),
        count: () => 0,
      });
    },
  };
}

const { driver } = MemoryStorage;

export const storage =
  evil === "is none"
    ? undefined
    : defineStorage({
        ...driver,
        name: `memory that ${evil}`,
        open: async (path, options) => {
          const engine = await driver.open(path, options);
          return replace(engine, spoilt(engine));
        },
      });

const DAY_MS = 86_400_000;
const until = (days: number): string =>
  new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

const REASON = "a deviation of the tests";
const allDeviations: Readonly<Record<string, { check: string; reason: string; until: string }>> = {
  "finds nothing": { check: "KV-01", reason: REASON, until: until(1) },
  "swallows conflicts": { check: "CONF-01", reason: REASON, until: until(-2) },
  "is fine, and says it deviates": { check: "KV-01", reason: REASON, until: until(1) },
  "deviates from what is not there": { check: "KV-999", reason: REASON, until: until(1) },
};

export const deviations = [allDeviations[evil]].filter((one) => one !== undefined);
