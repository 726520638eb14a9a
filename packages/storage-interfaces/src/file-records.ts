/** What a file store keeps: its records, and their keys. */
import { randomBytes } from "node:crypto";
import { type Encoding, json, StorageCorruptError } from "@caterpillar/storage-core";

/** What a caller may keep beside a file. */
export type FileFields = Readonly<Record<string, string | number | boolean | null>>;

/** A file: what was put, and where its content is found, by the digest. The key is the file's id. */
export interface FileRecord {
  readonly digest: string;
  readonly size: number;
  readonly name: string;
  readonly type: string;
  readonly created: number;
  readonly fields: FileFields;
}

/**
 * A content. The key is its digest.
 *
 * `refs` is how many files have it. It is counted in the transaction that adds or deletes the file, so it is exact whatever is killed
 * and whenever; that transaction writes the record anyway, for `used`, so that the count costs nothing. References as
 * items of their own would have to be walked to find out whether there is one.
 */
export interface BlobRecord {
  readonly size: number;
  /** What the keys of its chunks begin with: the id of the upload that brought them. */
  readonly at: string;
  readonly refs: number;
  /** When a file of this content was put or deleted last. */
  readonly used: number;
}

/** Chunks that belong to no blob: of a put that is not finished, or such as are being deleted. The key is what their keys begin with. */
export interface UploadRecord {
  /** How many bytes of content were written. All chunks but the last are full. */
  readonly size: number;
  /** When the last ones were. */
  readonly used: number;
  /** Whether the chunks are to be deleted, and no more may come. */
  readonly dead: boolean;
}

/**
 * The id of a new file: a UUID of version 7. It begins with the time, so that ids are in the order in which files came, as far as the clocks of
 * those who put them agree, and new items are beside each other in the engine.
 */
export function newId(now: number): string {
  const random = randomBytes(10);
  random[0] = ((random[0] as number) & 0x0f) | 0x70;
  random[2] = ((random[2] as number) & 0x3f) | 0x80;
  const hex = now.toString(16).padStart(12, "0") + random.toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export function nameKey(name: string, id: string): string {
  return `${name}\0${id}`;
}

export const fileEncoding: Encoding<FileRecord> = checked<FileRecord>(
  ({ digest, size, name, type, created, fields }) =>
    [digest, name, type].every((value) => typeof value === "string") &&
    [size, created].every(Number.isSafeInteger) &&
    typeof fields === "object",
);
export const blobEncoding: Encoding<BlobRecord> = checked<BlobRecord>(
  ({ size, at, refs, used }) =>
    typeof at === "string" && [size, refs, used].every(Number.isSafeInteger),
);
export const uploadEncoding: Encoding<UploadRecord> = checked<UploadRecord>(
  ({ size, used, dead }) => [size, used].every(Number.isSafeInteger) && typeof dead === "boolean",
);

/** JSON. What is read is looked at, as a record that was damaged must not become a wrong answer. */
function checked<T extends object>(holds: (record: Partial<T>) => boolean): Encoding<T> {
  const plain = json<T>();
  return {
    name: "record",
    form: "text",
    encode: (record) => plain.encode(record),
    decode(stored) {
      let record: T | null = null;
      try {
        record = JSON.parse(stored) as T | null;
      } catch {
        // Told below: the parser's message quotes what is stored.
      }
      if (typeof record === "object" && record !== null && holds(record)) return record;
      throw new StorageCorruptError("a record of a file store is damaged");
    },
  };
}
