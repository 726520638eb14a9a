/** KV: bugs with keys, values and what becomes of an item. */
import {
  bytes,
  type Encoding,
  type Items,
  type Storage,
  type ValueInput,
} from "@caterpillar/storage-core";
import type { Snapshot, Value } from "@caterpillar/storage-core/driver";
import { inAnswers, inEntries, inSnapshot, inValues, inWrite } from "./engine-parts.ts";
import { inEngine, inStorage, type Mutant, replace } from "./mutant.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Each text of values becomes another; bytes stay. */
const texts =
  (change: (text: string) => string) =>
  (value: Value): Value =>
    typeof value === "string" ? change(value) : value;

/** A bug in `setContainerItem` of a storage. */
function inSet(
  name: string,
  killedBy: string,
  set: (storage: Storage, container: string, key: string, value: ValueInput) => Promise<void>,
): Mutant {
  return inStorage(name, killedBy, (storage) => ({
    setContainerItem: (container: string, key: string, value: ValueInput) =>
      set(storage, container, key, value),
  }));
}

/** A bug in what is written as a key. */
function inKeys(name: string, killedBy: string, change: (key: string) => string): Mutant {
  return inEntries(name, killedBy, (entries) =>
    entries.map(([key, value]) => [change(key), value]),
  );
}

export const itemMutants: readonly Mutant[] = [
  inEntries("a key with U+10000 in it is never deleted", "MOD-02", (entries) =>
    entries.filter(([key, value]) => value !== null || !key.includes("\u{10000}")),
  ),
  inValues("bytes are stored as text", "KV-01", (value) =>
    typeof value === "string" ? value : decoder.decode(value),
  ),
  inValues("text that is a number is stored as one", "KV-01", (value) =>
    value === "" || Number.isNaN(Number(value)) ? value : String(Number(value)),
  ),
  inSnapshot("a missing key reads as the empty text", "KV-02", (snapshot) => ({
    get: async (container, key, as) => (await snapshot.get(container, key, as)) ?? "",
  })),
  inSnapshot("a key is found by its beginning", "KV-02", (snapshot) => ({
    async get(container, key, as) {
      const range = { start: key, end: undefined, reverse: false, limit: 1, bytes: 1 };
      const [first] = (await snapshot.page(container, range, "text")).items;
      if (first?.[0].startsWith(key)) return await snapshot.get(container, first[0], as);
      return undefined;
    },
  })),
  inEngine("a set does not replace", "KV-03", (engine) => ({
    async write(changes, options) {
      const now = await engine.snapshot("power-loss");
      const written = [];
      for (const change of changes) {
        const entries: [string, Value | null][] = [];
        for (const [key, value] of change.entries) {
          const there =
            change.action === "keep" && (await now.get(change.container, key, "presence"));
          if (value === null || there === undefined || there === false) entries.push([key, value]);
        }
        written.push({ ...change, entries, size: entries.length });
      }
      await engine.write(written, options);
    },
  })),
  inAnswers("an empty value reads as missing", "KV-04", (value) =>
    value.length === 0 ? undefined : value,
  ),
  inEntries("the empty key is lost", "KV-05", (entries) => entries.filter(([key]) => key !== "")),
  inSnapshot("a range that begins with the empty key has no beginning", "KV-05", (snapshot) => ({
    keys: (container, range) =>
      snapshot.keys(container, range.start === "\0" ? { ...range, start: "" } : range),
  })),
  inKeys("keys end at a NUL", "KV-06", (key) => key.split("\0")[0] as string),
  inValues(
    "values end at a NUL",
    "KV-06",
    texts((text) => text.split("\0")[0] as string),
  ),
  inKeys("keys are normalised", "KV-07", (key) => key.normalize("NFC")),
  inValues(
    "values are normalised",
    "KV-07",
    texts((text) => text.normalize("NFC")),
  ),
  inKeys("keys are trimmed", "KV-08", (key) => key.trim()),
  inKeys("keys are folded to lower case", "KV-08", (key) => key.toLowerCase()),
  inValues(
    "trailing blanks of values are lost",
    "KV-08",
    texts((text) => text.trimEnd()),
  ),
  inSnapshot("many keys are looked up in an object", "KV-09", (snapshot) => ({
    async getMany(container, keys, as) {
      const found: Record<string, Value | undefined> = {};
      for (const key of keys) found[key] = await snapshot.get(container, key, as);
      return keys.map((key) => found[key]);
    },
  })),
  inValues(
    "characters above U+FFFF are replaced",
    "KV-10",
    texts((text) => text.replace(/[\u{10000}-\u{10ffff}]/gu, "\ufffd")),
  ),
  inValues(
    "noncharacters are replaced",
    "KV-10",
    texts((text) => text.replace(/[\ufdd0-\ufdef\ufffe\uffff]/g, "\ufffd")),
  ),
  inSet("lone surrogates in values are replaced", "KV-11", (storage, container, key, value) =>
    storage.setContainerItem(
      container,
      key,
      typeof value === "string" ? value.toWellFormed() : value,
    ),
  ),
  inStorage("lone surrogates in keys are replaced", "KV-11", (storage) => ({
    getContainerItem: (container: string, key: string) =>
      storage.getContainerItem(container, typeof key === "string" ? key.toWellFormed() : key),
  })),
  inStorage("keys that are numbers are not found", "KV-12", (storage) => ({
    getContainerItem: async (container: string, key: string) =>
      typeof key === "string" ? await storage.getContainerItem(container, key) : undefined,
  })),
  inSet("minus zero keeps its sign", "KV-12", (storage, container, key, value) =>
    storage.setContainerItem(container, Object.is(key, -0) ? "-0" : key, value),
  ),
  inSet("objects are stored as JSON", "KV-13", (storage, container, key, value) =>
    storage.setContainerItem(
      container,
      key,
      typeof value === "object" && !ArrayBuffer.isView(value) ? JSON.stringify(value) : value,
    ),
  ),
  inSet("undefined deletes", "KV-13", async (storage, container, key, value) => {
    if (value === undefined) await storage.deleteContainerItem(container, key);
    else await storage.setContainerItem(container, key, value);
  }),
  inValues("values end at 65,535 bytes", "KV-14", (value) => value.slice(0, 65_535)),
  inValues("values end at 16 MiB less one", "KV-14", (value) => value.slice(0, (1 << 24) - 1)),
  inKeys("keys end at 511 bytes", "KV-15", (key) => key.slice(0, 511)),
  inSnapshot("a range cannot begin behind a key of full length", "KV-15", (snapshot) => ({
    keys: (container, range) =>
      Buffer.byteLength(range.start) > 1024
        ? { items: [], more: false }
        : snapshot.keys(container, range),
  })),
  inSet("longer keys are cut", "KV-16", (storage, container, key, value) =>
    storage.setContainerItem(container, typeof key === "string" ? key.slice(0, 1024) : key, value),
  ),
  inEngine("a write that fails half way stays half written", "KV-17", (engine) => ({
    async write(changes, { base, durability }) {
      await engine.write([], { base, durability });
      for (const change of changes) {
        const emptied = { ...change, entries: [], size: 0 };
        if (change.action !== "keep")
          await engine.write([emptied], { base: undefined, durability });
        for (const [key, value] of change.entries) {
          const one = [[key, value] as const];
          const changed = { ...change, action: "keep" as const, entries: one, size: 1 };
          await engine.write([changed], { base: undefined, durability });
        }
      }
    },
  })),
  inEntries("deleting a missing key fails", "KV-18", (entries, container, engine) => {
    const now = engine.snapshot("power-loss") as Snapshot;
    for (const [key, value] of entries) {
      if (value !== null || !now.has(container)) continue;
      if (now.get(container, key, "presence") === undefined) throw new Error(`no row for ${key}`);
    }
    return [...entries];
  }),
  inStorage("deletes are done at commit", "KV-19", (storage) => {
    let deleted: [string, string][] | undefined;
    return {
      async begin() {
        await storage.begin();
        deleted = [];
      },
      async deleteContainerItem(container: string, key: string) {
        if (deleted === undefined) await storage.deleteContainerItem(container, key);
        else deleted.push([container, key]);
      },
      async commit() {
        for (const [container, key] of deleted ?? []) {
          await storage.deleteContainerItem(container, key);
        }
        deleted = undefined;
        await storage.commit();
      },
    };
  }),
  inEntries("commit drops deletes", "KV-20", (entries) =>
    entries.filter(([, value]) => value !== null),
  ),
  inWrite("clearing a container does nothing", "KV-21", (changes) =>
    changes.action === "clear" ? { ...changes, action: "keep" } : changes,
  ),
  inWrite("a container is cleared after its entries were written", "KV-22", (changes) =>
    changes.action === "clear" ? { ...changes, entries: [], size: 0 } : changes,
  ),
  inSnapshot("the length is that of the first thousand", "KV-23", (snapshot) => ({
    count: async (container) => Math.min(await snapshot.count(container), 1000),
  })),
  inStorage("the length ignores a transaction's own writes", "KV-23", (storage) => ({
    async getContainerLen(container: string) {
      return await storage.transaction((tx) => tx.getContainerLen(container), { readonly: true });
    },
  })),
  inSet("a value is copied a little later", "KV-24", async (storage, container, key, value) => {
    await null;
    await storage.setContainerItem(container, key, value);
  }),
  inSnapshot("kept bytes are handed out", "KV-24", (snapshot) => ({
    get: (container, key) => snapshot.get(container, key, "presence"),
  })),
  inSnapshot("values read together share their memory", "KV-24", (snapshot) => ({
    async getMany(container, keys, as) {
      const memory = new Uint8Array(1 << 16);
      let end = 0;
      return (await snapshot.getMany(container, keys, as)).map((value) => {
        if (value === undefined || typeof value === "string") return value;
        memory.set(value, end);
        end += value.length;
        return memory.subarray(end - value.length, end);
      });
    },
  })),
  inAnswers("bytes are read as text with replacements", "KV-25", (value, as) =>
    as === "text" && typeof value === "object" ? decoder.decode(value) : value,
  ),
  inAnswers("a byte order mark is taken off", "KV-26", (value, as) =>
    as === "text" && typeof value === "string" ? decoder.decode(encoder.encode(value)) : value,
  ),
  inStorage("what is no JSON is an error of the parser", "KV-27", (storage) => ({
    container: (id: string, options: { encoding: Encoding<unknown> } | undefined) =>
      options?.encoding.name === "json"
        ? storage.container(id, {
            encoding: { ...options.encoding, form: "text", decode: (text) => JSON.parse(text) },
          })
        : storage.container(id, { encoding: bytes }),
  })),
  inStorage("undefined is null in JSON", "KV-27", (storage) => ({
    container: (id: string, options: { encoding: Encoding<unknown> } | undefined) =>
      options === undefined
        ? storage.container(id)
        : storage.container(id, {
            encoding: replace(options.encoding, {
              encode: (value) => JSON.stringify(value ?? null) ?? "null",
            }),
          }),
  })),
  inAnswers("text is read as the bytes of UTF-16", "KV-28", (value, as) =>
    as === "bytes" && typeof value === "string" ? Buffer.from(value, "utf16le") : value,
  ),
  inStorage("a loop of reads keeps the event loop waiting", "KV-29", () => ({
    getContainerItem: async () => "v",
  })),
  inStorage("many values are copied a little later", "KV-30", (storage) => ({
    async setContainerItems(container: string, items: Items<ValueInput>) {
      await null;
      await storage.setContainerItems(container, items);
    },
  })),
];
