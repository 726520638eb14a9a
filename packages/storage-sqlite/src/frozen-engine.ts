/**
 * A database that nobody can write to, in a folder that nobody can write to: read-only media, another user's files.
 *
 * SQLite cannot read a WAL database there: it would have to make its `-shm` file. As long as there is no `-wal` file, nobody has the
 * database open and the file is all there is, so a copy of it in memory is read instead. Its size is the limit of this: the whole
 * file is in memory. Where the file has changed since, or somebody with more rights has opened it, the next snapshot looks again.
 */
import { readFileSync, statSync } from "node:fs";
import type { Durability, Engine, Snapshot } from "@caterpillar/storage-core/driver";
import { StorageReadonlyError } from "@caterpillar/storage-core/driver";
import { Connection } from "./connection.ts";
import { SqliteEngine } from "./engine.ts";
import { translate } from "./errors.ts";
import { checkFile, checkFormat, journalsOf } from "./format.ts";
import { SqliteSnapshot } from "./snapshot.ts";
import type { OpenDatabase } from "./sqlite.ts";

/** In the header of a database: the versions that a program must know to write and to read it. 2 is WAL, 1 is not. */
const VERSIONS = [18, 19];

export class FrozenEngine implements Engine {
  readonly #openDatabase: OpenDatabase;
  readonly #path: string;
  #copy: { readonly stamp: string; readonly connection: Connection } | undefined;
  /** The ordinary engine, once somebody writes: their `-shm` file is there to be used then. */
  #live: SqliteEngine | undefined;

  constructor(openDatabase: OpenDatabase, path: string) {
    this.#openDatabase = openDatabase;
    this.#path = path;
    this.#current();
  }

  snapshot(durability: Durability): Snapshot {
    try {
      if (this.#live === undefined && journalsOf(this.#path).length > 0) {
        this.#live = new SqliteEngine(this.#openDatabase, this.#path, true);
      }
      if (this.#live !== undefined) return this.#live.snapshot(durability);
      // The copy never changes, so that all snapshots of one stamp can share its connection.
      return new SqliteSnapshot(this.#current(), this.#path, () => {});
    } catch (error) {
      throw translate(error, this.#path);
    }
  }

  write(): never {
    throw new StorageReadonlyError(`${this.#path} was opened with readonly`);
  }

  close(): void {
    this.#live?.close();
    this.#copy?.connection.close();
  }

  #current(): Connection {
    let stamp = stampOf(this.#path);
    if (this.#copy?.stamp === stamp) return this.#copy.connection;
    checkFile(this.#path);
    let image = readFileSync(this.#path);
    // Somebody may have written to it meanwhile.
    for (let now = stampOf(this.#path); now !== stamp; now = stampOf(this.#path)) {
      stamp = now;
      image = readFileSync(this.#path);
    }
    for (const offset of VERSIONS) if (image[offset] === 2) image[offset] = 1;
    const db = this.#openDatabase(image, { readonly: true });
    checkFormat(db, this.#path);
    const connection = new Connection(db);
    connection.look();
    // An older copy is left to the snapshots that still read it, and goes when they are collected.
    this.#copy = { stamp, connection };
    return connection;
  }
}

/** Another one for another file, and for another content of it. */
function stampOf(path: string): string {
  const { mtimeNs, size, ino } = statSync(path, { bigint: true });
  return `${ino}:${size}:${mtimeNs}`;
}
