/** Files of any size in a storage, each content once. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Storage,
  StorageAbortError,
  StorageReadonlyError,
  type Transaction,
} from "@caterpillar/storage-core";
import { type Collected, collect } from "./file-gc.ts";
import { type FileInfo, listFiles, toInfo } from "./file-list.ts";
import {
  type ByteRange,
  checkOptions,
  type GcOptions,
  type ListOptions,
  type LongCallOptions,
  type PutOptions,
  throwIfAborted,
  toFields,
  toFileName,
  toGrace,
  toId,
  toRange,
} from "./file-options.ts";
import { putContent } from "./file-put.ts";
import { find, readPieces, savePieces } from "./file-reader.ts";
import { nameKey, newId } from "./file-records.ts";
import { type FileSource, toContent } from "./file-source.ts";
import { FILES, type FileAccess, type Tables, tablesIn } from "./file-tables.ts";
import { type FileUsage, measure } from "./file-usage.ts";
import { Interface } from "./interface.ts";

/**
 * Files in a storage: bytes of any size with a name, a type and fields beside them.
 *
 * Content is addressed by its SHA-256 and stored once, however many files have it, in chunks of 256 KiB that have digests of their own. What
 * a call holds in memory does not depend on the size of the file: about 10 MiB for a put, 1 MiB for a read. A file never changes: to replace one is to
 * put another and to delete the first.
 *
 * Everything is done in transactions of its own. A transaction begun by hand on the same storage is not seen, and does not take part; inside of
 * `transaction()` of the same storage files can be read, as they were committed, and a call that writes rejects with `TransactionStateError`.
 *
 * Besides what is named below, every call rejects with the errors of the storage: `StorageBusyError` where its turn does not come in time,
 * `StorageClosedError`, and those of the disk. `StorageReadonlyError` meets calls that write, where the storage is read-only; the others
 * work there, and see no files where the storage has none. A wrong argument is a `TypeError` before anything is done.
 */
export class FileStore extends Interface {
  readonly #storage: Storage;
  readonly #access: FileAccess;

  /** A view of an open storage. Touches nothing. `TypeError` for a transaction: content is written in many. */
  constructor(storage: Storage) {
    if (typeof (storage as Partial<Storage> | undefined)?.transaction !== "function") {
      throw new TypeError("a FileStore takes a storage: it makes transactions of its own");
    }
    super(storage, FILES);
    this.#storage = storage;
    const tables = (tx: Transaction): Tables =>
      tablesIn(this.within(tx), (suffix) => this.containerName(suffix));
    this.#access = {
      change: (action, signal) =>
        // Others of this process may stand before it, as many as there are; a signal can end that wait.
        this.runWrite(() =>
          storage.transaction((tx) => action(tables(tx)), {
            signal,
            timeout: Number.POSITIVE_INFINITY,
          }),
        ),
      look: (missing, action) =>
        this.runRead(missing, () =>
          storage.transaction((tx) => action(tables(tx)), { readonly: true }),
        ),
    };
  }

  /**
   * Stores a content as a new file, and resolves to what is known of it when it is as durable as the storage was told. Until then nobody sees
   * anything of it; then all do, at once.
   *
   * Where the content is there already, of whatever name, nothing is stored but the file's record. Bytes and files on the disk of more than 4 MiB
   * are read to find that out before anything is written, and again if it is not there; streams are uploaded, and what was uploaded is removed.
   * Content that is there is not read to see whether it was damaged since: to repair it, delete its files, collect, and put it again.
   * The pieces of a source may have any length. Bytes must not be changed until this resolves.
   *
   * Where it rejects, because the source has failed, with the source's own error, or was aborted, nothing is visible, and what it has stored is removed before it rejects, or by `gc()` where that fails too;
   * the source is closed. Where the process ends, `gc()` removes it.
   *
   * `onProgress` is told how many bytes were taken from the source. `StorageLimitError` for a name, a type or fields that are too large.
   * `TransactionConflictError` where `gc()` of another process or thread took it for left behind, as the source gave nothing for so long; it may be put again.
   */
  async put(source: FileSource, options: PutOptions = {}): Promise<FileInfo> {
    checkOptions(options, "put", ["name", "type", "fields", "signal", "onProgress"]);
    const { type = "application/octet-stream", fields = {}, signal, onProgress } = options;
    const content = toContent(source);
    const created = Date.now();
    const head = {
      id: newId(created),
      name: toFileName(
        options.name === undefined ? content.name : options.name,
        "the name of a file",
      ),
      type: toFileName(type, "the type of a file"),
      created,
      fields: toFields(fields),
    };
    this.#mayWrite("nothing was read from the source");
    const record = await putContent(content, { access: this.#access, head, signal, onProgress });
    return toInfo(head.id, record);
  }

  /** What is known of a file, without its content; `undefined` where there is none of the id. */
  async info(id: string): Promise<FileInfo | undefined> {
    const wanted = toId(id);
    const record = await this.#access.look(undefined, ({ files }) => files.get(wanted));
    return record && toInfo(wanted, record);
  }

  /**
   * The content of a file, or a range of its bytes, as a stream of pieces of 256 KiB at most. Nothing is read before the stream is; `cancel()` at any time.
   *
   * Every piece is compared with the digest that was stored with it, and a whole content with the file's before the last piece is given:
   * `StorageCorruptError` where anything is missing or other than it was put. `FileNotFoundError` where there is no file of the id. All errors
   * come by way of the stream; only a wrong argument throws at once.
   *
   * No snapshot is held, so a stream may be read for as long as it takes. A file that is deleted meanwhile is read to its end, as long as gc's
   * grace lasts longer; where its content was collected, the stream fails with `FileNotFoundError`.
   */
  read(id: string, range?: ByteRange): ReadableStream<Uint8Array<ArrayBuffer>> {
    const wanted = toId(id);
    const bounds = toRange(range);
    const access = this.#access;
    async function* pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>, undefined, undefined> {
      yield* readPieces(access, await find(access, wanted), bounds);
    }
    const iterator = pieces();
    return new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        async pull(controller) {
          const { done, value } = await iterator.next();
          if (done) controller.close();
          else controller.enqueue(value);
        },
        async cancel() {
          await iterator.return(undefined);
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** The content of a file, or a range of its bytes, in memory. The errors are those of {@link read}. */
  async bytes(id: string, range?: ByteRange): Promise<Uint8Array<ArrayBuffer>> {
    const bounds = toRange(range);
    const found = await find(this.#access, toId(id));
    const length = Math.max(0, Math.min(bounds.end, found.record.size) - bounds.start);
    const content = new Uint8Array(length);
    let at = 0;
    for await (const piece of readPieces(this.#access, found, bounds)) {
      content.set(piece, at);
      at += piece.length;
    }
    return content;
  }

  /**
   * Writes the content of a file to a path, in place of what is there, and resolves to what is known of the file. It is written beside it first, as
   * `<uuid>.part` beside it, and renamed when it is complete, compared and synced; where this rejects, that is removed, and what was at the path is untouched.
   * A process that ends meanwhile leaves it behind. The folder must be there. The errors are those of {@link read}, and Node's own for the path.
   *
   * `onProgress` is told how many bytes were written.
   */
  async saveTo(id: string, path: string | URL, options: LongCallOptions = {}): Promise<FileInfo> {
    checkOptions(options, "saveTo", ["signal", "onProgress"]);
    if ((typeof path !== "string" || path === "") && !(path instanceof URL)) {
      throw new TypeError("a path is a string or a file URL");
    }
    const target = path instanceof URL ? fileURLToPath(path) : resolve(path);
    const { signal, onProgress } = options;
    throwIfAborted(signal);
    const found = await find(this.#access, toId(id));
    const pieces = readPieces(this.#access, found, toRange());
    await savePieces(target, pieces, (bytes) => {
      onProgress?.(bytes, found.record.size);
      throwIfAborted(signal);
    });
    return toInfo(found.id, found.record);
  }

  /**
   * The files, in order of their names, as the UTF-8 bytes of these are, and those of one name in order of their ids, which is that in which they were put, as
   * far as clocks agree. It is read in pages, each on a snapshot of its own: a file that is put or deleted meanwhile may be in it or not,
   * any other is in it once. A wrong option throws at once.
   */
  list(options: ListOptions = {}): AsyncIterableIterator<FileInfo, undefined, undefined> {
    return listFiles(this.#access, options);
  }

  /** Deletes a file. Resolves to whether there was one. Its content stays until {@link gc} finds that no file has it. */
  async delete(id: string): Promise<boolean> {
    const wanted = toId(id);
    this.#mayWrite("nothing was deleted");
    return await this.#access.change(async ({ files, names, blobs }) => {
      const record = await files.get(wanted);
      if (record === undefined) return false;
      await files.delete(wanted);
      await names.delete(nameKey(record.name, wanted));
      const blob = await blobs.get(record.digest);
      // Used now, so that those who read it have the whole grace to come to an end.
      const rest = blob && { ...blob, refs: Math.max(0, blob.refs - 1), used: Date.now() };
      if (rest !== undefined) await blobs.set(record.digest, rest);
      return true;
    });
  }

  /**
   * Deletes contents that no file has, and of which none was put or deleted for `graceMs`, and what is left of puts that have written nothing for as long.
   * Resolves to what was deleted. It may run at any time, beside anything, in several processes: what a put uses again or is writing stays.
   *
   * The grace protects two who cannot be seen: readers of a file that was deleted, and puts of other processes and threads, which write every 4 MiB. It
   * must be longer than a download takes, and than such a source pauses. With 0, only puts of this thread are safe.
   *
   * It looks at every content's record, and works in small transactions; what was deleted before it was aborted, or has failed, is gone.
   * `onProgress` is told how many bytes were deleted; the total is not known.
   */
  async gc(options: GcOptions = {}): Promise<Collected> {
    checkOptions(options, "gc", ["graceMs", "signal", "onProgress"]);
    const { signal, onProgress } = options;
    const graceMs = toGrace(options.graceMs);
    this.#mayWrite("nothing was collected");
    throwIfAborted(signal);
    const onBytes = (bytes: number): void => onProgress?.(bytes, undefined);
    try {
      return await collect({ access: this.#access, graceMs, signal, onBytes });
    } catch (error) {
      if (!(error instanceof StorageAbortError)) throw error;
      throw new StorageAbortError(error.cause, "what gc() had deleted before is gone");
    }
  }

  /** How much there is. Looks at the record of every content, on one snapshot; reads no content. */
  async usage(): Promise<FileUsage> {
    return await measure(this.#access);
  }

  #mayWrite(otherwise: string): void {
    if (!this.#storage.readonly) return;
    throw new StorageReadonlyError(
      `the storage ${this.#storage.path} was opened with readonly; ${otherwise}`,
    );
  }
}
