/** What users of a storage need, whatever their driver. */
export { Container } from "./container.ts";
export type { DriverFacts, Durability, Sharing } from "./driver.ts";
export { bytes, type Encoding, json, utf8 } from "./encodings.ts";
export * from "./errors.ts";
export type { Items, Keys } from "./items.ts";
export { type Key, MAX_KEY_BYTES, MAX_NAME_BYTES } from "./keys.ts";
export type { StorageOpener } from "./open-storage.ts";
export type { OpenOptions, TransactionOptions } from "./options.ts";
export type { Range } from "./range.ts";
export { RESERVED_PREFIX } from "./reserved.ts";
export { Storage } from "./storage.ts";
export { Transaction } from "./transaction.ts";
export type { Value, ValueInput } from "./values.ts";
