/**
 * How a KVStore stores an entry: as one value of its container, in bytes.
 *
 * | bytes    | what                                                                        |
 * | -------- | --------------------------------------------------------------------------- |
 * | 0        | the format of the record: 1                                                 |
 * | 1 to 8   | when the entry was created, in ms since 1970 UTC: a float64, big-endian     |
 * | 9 to 16  | when it was last set, likewise                                              |
 * | 17 to …  | the value: bytes, or text as UTF-8                                          |
 *
 * The times lie with the value, and not in a container of their own, so that one atomic step of the core changes all three.
 */
import { type Encoding, StorageEncodingError } from "@caterpillar/storage-core";

export interface KVRecord {
  /** Milliseconds since 1970, UTC. */
  readonly created: number;
  /** Milliseconds since 1970, UTC. */
  readonly updated: number;
  readonly value: Uint8Array;
}

const FORMAT = 1;
const CREATED_AT = 1;
const UPDATED_AT = 9;
const VALUE_AT = 17;

export const kvRecord: Encoding<KVRecord> = {
  name: "kv-record",
  form: "bytes",
  encode({ created, updated, value }) {
    const bytes = new Uint8Array(VALUE_AT + value.length);
    const header = new DataView(bytes.buffer);
    bytes[0] = FORMAT;
    header.setFloat64(CREATED_AT, created);
    header.setFloat64(UPDATED_AT, updated);
    bytes.set(value, VALUE_AT);
    return bytes;
  },
  decode(bytes) {
    if (bytes[0] !== FORMAT || bytes.length < VALUE_AT) {
      throw new StorageEncodingError(
        "what is stored for the key is no entry of a KVStore that this version can read",
      );
    }
    const header = new DataView(bytes.buffer, bytes.byteOffset, VALUE_AT);
    return {
      created: header.getFloat64(CREATED_AT),
      updated: header.getFloat64(UPDATED_AT),
      value: bytes.subarray(VALUE_AT),
    };
  },
};

/** The record that takes the place of another, or of none: it is set now, and as old as the one before it. */
export function renewed(before: KVRecord | undefined, value: Uint8Array): KVRecord {
  const updated = Date.now();
  return { created: before?.created ?? updated, updated, value };
}

/** Whether the two are one state of an entry, as far as anybody can see. */
export function isSame(a: KVRecord | undefined, b: KVRecord | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    Object.is(a.created, b.created) &&
    Object.is(a.updated, b.updated) &&
    Buffer.compare(a.value, b.value) === 0
  );
}

// A byte order mark is part of the text: taking it away would change what was stored.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The value as text. */
export function textOf(record: KVRecord): string;
export function textOf(record: KVRecord | undefined): string | undefined;
export function textOf(record: KVRecord | undefined): string | undefined {
  if (record === undefined) return undefined;
  try {
    return decoder.decode(record.value);
  } catch (cause) {
    throw new StorageEncodingError(
      "the stored value is bytes that are not UTF-8 text; read it with getBytes()",
      { cause },
    );
  }
}
