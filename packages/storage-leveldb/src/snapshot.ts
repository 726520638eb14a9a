/** A snapshot of LevelDB. */
import type {
  As,
  Entry,
  Form,
  OrderedSnapshot,
  Page,
  PageRange,
  Value,
} from "@caterpillar/storage-core/driver";
import { translate } from "./errors.ts";
import type { Level } from "./store.ts";

/** As much is read ahead at once, in bytes: LevelDB's default of 16 KiB holds four values of 4 KB, and makes each page wait many times. */
const READ_AHEAD = 1 << 20;

/** What stands in a text for bytes that are not UTF-8: LevelDB decodes them without a word. */
const REPLACED = "\uFFFD";

/** Behind the keys of all pages. */
const BEYOND_ALL = "\u{10FFFF}";

type Snapshot = ReturnType<Level["snapshot"]>;

/** Without a snapshot, the newest state. To name both encodings saves classic-level a copy of the options for each read. */
interface Options {
  readonly snapshot?: Snapshot;
  readonly keyEncoding: "utf8";
  readonly valueEncoding: "utf8" | "view";
}

/** The methods that iterators of entries and of keys have in common. */
interface Walk<T> {
  nextv(size: number): Promise<T[]>;
  seek(key: string): void;
  close(): Promise<void>;
}

/** Reads of single values: of a snapshot, or of the newest state. */
export class LevelReads {
  readonly #db: Level;
  readonly #path: string;
  readonly #text: Options;
  readonly #bytes: Options;

  /** Of the newest state, where no snapshot is given. */
  constructor(db: Level, path: string, snapshot?: Snapshot) {
    this.#db = db;
    this.#path = path;
    const options = snapshot === undefined ? {} : { snapshot };
    this.#text = { ...options, keyEncoding: "utf8", valueEncoding: "utf8" };
    this.#bytes = { ...options, keyEncoding: "utf8", valueEncoding: "view" };
  }

  get(key: string, as: As): Value | undefined {
    try {
      if (as !== "text") return this.#db.getSync(key, this.#bytes);
      const text = this.#db.getSync(key, this.#text);
      return isReplaced(text) ? this.#db.getSync(key, this.#bytes) : text;
    } catch (error) {
      throw translate(error, this.#path);
    }
  }
}

export class LevelSnapshot implements OrderedSnapshot {
  readonly #db: Level;
  readonly #path: string;
  readonly #snapshot: Snapshot;
  readonly #reads: LevelReads;

  constructor(db: Level, path: string) {
    this.#db = db;
    this.#path = path;
    this.#snapshot = db.snapshot();
    this.#reads = new LevelReads(db, path, this.#snapshot);
  }

  get(key: string, as: As): Value | undefined {
    return this.#reads.get(key, as);
  }

  getMany(keys: readonly string[], as: As): readonly (Value | undefined)[] {
    return keys.map((key) => this.get(key, as));
  }

  async page(range: PageRange, as: Form): Promise<Page<Entry>> {
    const valueEncoding = as === "text" ? "utf8" : "view";
    const options = { ...bounds(range), snapshot: this.#snapshot, valueEncoding } as const;
    const page = await this.#take(this.#db.iterator(options), range, ([, value]) => value.length);
    if (as === "text" && page.items.some(([, value]) => isReplaced(value))) {
      return await this.page(range, "bytes");
    }
    return page;
  }

  async keys(range: PageRange): Promise<Page<string>> {
    const options = { ...bounds(range), snapshot: this.#snapshot };
    return await this.#take(this.#db.keys(options), range, () => 0);
  }

  /** At once, as nothing is read from it any more. */
  close(): void {
    void this.#snapshot.close();
  }

  async #take<T>(
    walk: Walk<T>,
    { limit, bytes }: PageRange,
    sizeOf: (item: T) => number,
  ): Promise<Page<T>> {
    const items: T[] = [];
    let size = 0;
    try {
      while (items.length < limit && size < bytes) {
        const next = await walk.nextv(limit - items.length);
        if (next.length === 0) return { items, more: false };
        for (const item of next) {
          items.push(item);
          size += sizeOf(item);
        }
      }
      // A damaged block is skipped, and told of at the end of the walk only.
      walk.seek(BEYOND_ALL);
      await walk.nextv(1);
      return { items, more: true };
    } catch (error) {
      throw translate(error, this.#path);
    } finally {
      await walk.close();
    }
  }
}

function isReplaced(value: Value | undefined): boolean {
  return typeof value === "string" && value.includes(REPLACED);
}

function bounds({ start, end, reverse, bytes }: PageRange) {
  const highWaterMarkBytes = Math.min(bytes, READ_AHEAD);
  return { gte: start, ...(end === undefined ? {} : { lt: end }), reverse, highWaterMarkBytes };
}
