/** As much of the engine as the driver uses; the package has no types of its own. */
declare module "rocksdb-native" {
  /** A database, or a session on it: of what is written at any moment, or of one snapshot. */
  export default class RocksDB {
    /** Opening begins at once; `ready` tells how it went. */
    constructor(path: string, options?: { readonly createIfMissing?: boolean });
    ready(): Promise<void>;
    /** A session on what is written at this moment. */
    snapshot(): RocksDB;
    /** Another session on the same snapshot. */
    session(): RocksDB;
    read(options: BatchOptions): ReadBatch;
    write(options: BatchOptions): WriteBatch;
    iterator(range: Range, options: IteratorOptions): EntryStream;
    /** Writes what is in the log to a table, and begins another log. */
    flush(): Promise<void>;
    /** Keeps the engine from reading and writing files. */
    suspend(): Promise<void>;
    /** The newest file of the write-ahead log, as a path from the database's folder. */
    currentWalFile(): Promise<{ readonly path: string }>;
    /** The database itself waits for what is in flight, and for batches that were begun. */
    close(): Promise<void>;
  }

  interface BatchOptions {
    /** Lets go of the batch when it is done. */
    readonly autoDestroy: true;
  }

  interface ReadBatch {
    /** Resolves when the batch was run. */
    get(key: string): Promise<Buffer | null>;
    tryFlush(): void;
  }

  interface WriteBatch {
    tryPut(key: string, value: string | Uint8Array): void;
    tryDelete(key: string): void;
    /** Applies all or nothing: to memory, and to the log as far as the operating system's cache. */
    flush(): Promise<void>;
    /** Drops what was not flushed. */
    destroy(): void;
  }

  interface Range {
    readonly gte: string;
    readonly lt?: string | undefined;
  }

  interface IteratorOptions {
    readonly reverse: boolean;
    /** Without them, `value` is null. */
    readonly values: boolean;
    readonly limit: number;
    /** How many entries are read in one go. */
    readonly capacity: number;
  }

  interface EntryStream {
    on(event: "data", listener: (entry: Found) => void): this;
    on(event: "error", listener: (error: Error) => void): this;
    on(event: "close", listener: () => void): this;
  }

  interface Found {
    readonly key: Buffer;
    readonly value: Buffer;
  }
}
