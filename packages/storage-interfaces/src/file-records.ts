/** What a file store keeps: its records, and their keys. */
import { createHash, randomBytes } from "node:crypto";
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
 * The id of a new file: a UUID of version 7. It begins with the time, so that ids are in the order in which files came: within a thread, and beyond as far as
 * clocks agree, and new items are beside each other in the engine.
 */
export function newId(now: number): string {
  // Those of one millisecond are counted, in the bits that RFC 9562 has for that (section 6.2, method 1).
  if (now > last.ms) last = { ms: now, count: 0 };
  else if (last.count < 0xfff) last.count++;
  else last = { ms: last.ms + 1, count: 0 };
  const random = randomBytes(10);
  random.writeUInt16BE(0x7000 | last.count);
  random[2] = ((random[2] as number) & 0x3f) | 0x80;
  const hex = last.ms.toString(16).padStart(12, "0") + random.toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

let last = { ms: 0, count: 0 };

export function nameKey(name: string, id: string): string {
  return `${name}\0${id}`;
}

export const fileEncoding: Encoding<FileRecord> = checked<FileRecord>(
  ({ digest, size, name, type, created, fields }) =>
    [digest, name, type].every((value) => typeof value === "string") &&
    [size, created].every(Number.isSafeInteger) &&
    typeof fields === "object" &&
    fields !== null,
);
export const blobEncoding: Encoding<BlobRecord> = checked<BlobRecord>(
  ({ size, at, refs, used }) =>
    typeof at === "string" && [size, refs, used].every(Number.isSafeInteger),
);
export const uploadEncoding: Encoding<UploadRecord> = checked<UploadRecord>(
  ({ size, used, dead }) => [size, used].every(Number.isSafeInteger) && typeof dead === "boolean",
);

/** Hexadecimal digits of the SHA-256 in front of a record: 128 bits, against damage and not against malice. */
const DIGEST_LENGTH = 32;

/** JSON with a digest in front of it. What is read is looked at, as a record that was damaged must not become a wrong answer. */
function checked<T extends object>(holds: (record: Partial<T>) => boolean): Encoding<T> {
  const plain = json<T>();
  return {
    name: "record",
    form: "bytes",
    encode(record) {
      const text = String(plain.encode(record));
      return digestOf(text) + text;
    },
    decode(stored) {
      // What is no UTF-8 becomes other text, which has another digest.
      const whole = Buffer.from(stored.buffer, stored.byteOffset, stored.length).toString();
      const text = whole.slice(DIGEST_LENGTH);
      if (digestOf(text) === whole.slice(0, DIGEST_LENGTH)) {
        const record = JSON.parse(text) as T | null;
        if (typeof record === "object" && record !== null && holds(record)) return record;
      }
      throw new StorageCorruptError("a record of a file store is damaged");
    },
  };
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, DIGEST_LENGTH);
}
