/** Reads from one pinned connection. All of it is synchronous, and leaves no statement open. */
import type {
  As,
  Entry,
  Form,
  Page,
  PageRange,
  Snapshot,
  Value,
} from "@caterpillar/storage-core/driver";
import type { Connection } from "./connection.ts";
import { translate } from "./errors.ts";

export class SqliteSnapshot implements Snapshot {
  readonly connection: Connection;
  readonly #path: string;
  readonly #release: (connection: Connection) => void;

  /** `release` is given the connection back at `close`. */
  constructor(connection: Connection, path: string, release: (connection: Connection) => void) {
    this.connection = connection;
    this.#path = path;
    this.#release = release;
  }

  containers(): readonly string[] {
    return this.#read(
      () => this.connection.column("SELECT name FROM containers ORDER BY name") as string[],
    );
  }

  has(container: string): boolean {
    return this.#read(() => this.connection.tableOf(container) !== undefined);
  }

  get(container: string, key: string, as: As): Value | undefined {
    return this.#read(() => this.#get(this.#table(container), key, as));
  }

  getMany(container: string, keys: readonly string[], as: As): readonly (Value | undefined)[] {
    return this.#read(() => {
      const lookup = this.connection.lookupIn(this.#table(container), as);
      return keys.map((key) => lookup.get(key) as Value | undefined);
    });
  }

  page(container: string, range: PageRange, _as: Form): Page<Entry> {
    return this.#read(() => {
      const table = this.#table(container);
      // A value of more than its share of the page comes as NULL at first, so that no page of large ones is read whole.
      const share = Math.floor(range.bytes / range.limit);
      const rows = this.connection.rows(
        `SELECT k, iif(octet_length(v) <= ?, v, NULL) FROM ${table} ${condition(range)}`,
        share,
        ...bounds(range),
      ) as [string, Value | null][];
      let bytes = 0;
      for (const [index, row] of rows.entries()) {
        if (row[1] !== null) continue;
        if (bytes >= range.bytes)
          return { items: rows.slice(0, index) as [string, Value][], more: true };
        row[1] = this.#get(table, row[0], "bytes") as Value;
        bytes += row[1].length;
      }
      return { items: rows as [string, Value][], more: rows.length === range.limit };
    });
  }

  keys(container: string, range: PageRange): Page<string> {
    return this.#read(() => {
      const sql = `SELECT k FROM ${this.#table(container)} ${condition(range)}`;
      const items = this.connection.column(sql, ...bounds(range)) as string[];
      return { items, more: items.length === range.limit };
    });
  }

  count(container: string): number {
    return this.#read(
      () => this.connection.value(`SELECT count(*) FROM ${this.#table(container)}`) as number,
    );
  }

  close(): void {
    this.#release(this.connection);
  }

  #get(table: string, key: string, as: As): Value | undefined {
    return this.connection.lookupIn(table, as).get(key) as Value | undefined;
  }

  /** The core has asked `has` before. */
  #table(container: string): string {
    return this.connection.tableOf(container) as string;
  }

  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw translate(error, this.#path);
    }
  }
}

function condition({ end, reverse }: PageRange): string {
  const upper = end === undefined ? "" : "AND k < ? ";
  return `WHERE k >= ? ${upper}ORDER BY k ${reverse ? "DESC" : "ASC"} LIMIT ?`;
}

function bounds({ start, end, limit }: PageRange): (string | number)[] {
  return end === undefined ? [start, limit] : [start, end, limit];
}
