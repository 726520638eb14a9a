/** Values as the model keeps them and as steps are told: as text wherever they are text, whatever they were set as and read as. */
import type { Encoding } from "../../src/encodings.ts";
import type { Value, ValueInput } from "../../src/values.ts";

/** Text, or in hexadecimal digits what is no UTF-8. It can be compared, and written as JSON. */
export type StoredValue = string | { readonly hex: string };

/** What is given to a storage to be set: bytes where it is said in digits. */
export function inputOf(value: StoredValue): Value {
  return typeof value === "string" ? value : new Uint8Array(Buffer.from(value.hex, "hex"));
}

/** What is stored when this is set: text that was given as bytes is that text. */
export function storedFrom(value: StoredValue): StoredValue {
  return typeof value === "string" ? value : fromBytes(inputOf(value) as Uint8Array);
}

/** What was read as bytes. */
function fromBytes(read: Uint8Array): StoredValue {
  const text = Buffer.from(read).toString("utf8");
  return Buffer.from(text).equals(read) ? text : { hex: Buffer.from(read).toString("hex") };
}

/** How values are read that may be any: what is no text comes as digits. */
export const anyValue: Encoding<ValueInput, StoredValue> = {
  name: "any value",
  form: "bytes",
  encode: (value) => value,
  decode: fromBytes,
};
