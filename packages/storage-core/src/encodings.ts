/**
 * Encodings: how a caller's value becomes text or bytes, and back. `utf8` is the default everywhere.
 * An encoding is a plain object, so anybody can write one: for a date, a schema, a compressed form.
 */
import { StorageEncodingError } from "./errors.ts";
import type { Value, ValueInput } from "./values.ts";

/** Turns values of type `Input` into what is stored, and what is stored into values of type `Output`. */
export type Encoding<Input, Output = Input> =
  | (EncodingBase<Input> & {
      readonly form: "text";
      /** Gives the value for a stored text. A throw of its own reaches the caller as it is. */
      decode(text: string): Output;
    })
  | (EncodingBase<Input> & {
      readonly form: "bytes";
      /** Gives the value for stored bytes, which it may keep and change. */
      decode(bytes: Uint8Array): Output;
    });

interface EncodingBase<Input> {
  /** For messages. */
  readonly name: string;
  /** Gives what is stored. A throw of its own reaches the caller as it is, and nothing is written. */
  encode(value: Input): ValueInput;
}

/** Text. Also takes what is turned into text (numbers, bigints, booleans) and bytes, which must be UTF-8 to be read as text. */
export const utf8: Encoding<ValueInput, string> = {
  name: "utf8",
  form: "text",
  encode: (value) => value,
  decode: (text) => text,
};

/** Bytes. Also takes text, and reads back its UTF-8. What is read is the caller's own to keep and change. */
export const bytes: Encoding<ValueInput, Uint8Array> = {
  name: "bytes",
  form: "bytes",
  encode: (value) => value,
  decode: (stored) => stored,
};

/**
 * JSON, with the rules of `JSON.stringify`: a Date becomes text, `undefined` in objects disappears. A value that JSON has no
 * text for (`undefined`, a function, a symbol) is a `TypeError`. The type parameter is a promise of the caller's: what is
 * read is not checked against it.
 */
export function json<T = unknown>(): Encoding<T, T> {
  return {
    name: "json",
    form: "text",
    encode(value) {
      const text = JSON.stringify(value) as string | undefined;
      if (text === undefined) throw new TypeError(`JSON has no text for ${typeof value}`);
      return text;
    },
    decode(text) {
      try {
        return JSON.parse(text) as T;
      } catch {
        // The parser's own message quotes the text, and messages never carry stored values.
        throw new StorageEncodingError(
          "the stored value is not JSON; read it with the encoding it was written with",
        );
      }
    },
  };
}

/** Decodes a value that is in the encoding's form already. */
export function decode<Output>(encoding: Encoding<never, Output>, stored: Value): Output {
  return encoding.form === "text"
    ? encoding.decode(stored as string)
    : encoding.decode(stored as Uint8Array);
}
