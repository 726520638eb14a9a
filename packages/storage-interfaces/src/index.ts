/** Typed views over any storage. */
export { FileNotFoundError } from "./file-errors.ts";
export type { Collected } from "./file-gc.ts";
export type { FileInfo } from "./file-list.ts";
export {
  type ByteRange,
  DEFAULT_GRACE_MS,
  type GcOptions,
  type ListOptions,
  type LongCallOptions,
  MAX_FILE_FIELDS_BYTES,
  MAX_FILE_NAME_BYTES,
  type Progress,
  type PutOptions,
} from "./file-options.ts";
export type { FileFields } from "./file-records.ts";
export type { FileSource } from "./file-source.ts";
export { FileStore } from "./file-store.ts";
export type { FileUsage } from "./file-usage.ts";
export { Interface, type InterfaceDefinition } from "./interface.ts";
export type { KVInfo } from "./kv-reader.ts";
export { KVStore } from "./kv-store.ts";
export type { KVInput } from "./kv-value.ts";
