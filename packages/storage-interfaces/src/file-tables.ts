/** The containers of a file store, and how its parts reach them. */
import { bytes, type Container, type Encoding } from "@caterpillar/storage-core";
import type { Operations } from "@caterpillar/storage-core/interface";
import {
  type BlobRecord,
  blobEncoding,
  type FileRecord,
  fileEncoding,
  type UploadRecord,
  uploadEncoding,
} from "./file-records.ts";
import { type InterfaceDefinition, OWNER } from "./interface.ts";

export const FILES: InterfaceDefinition = {
  name: "files",
  owner: OWNER,
  version: 1,
  containers: [undefined, "names", "blobs", "chunks", "uploads"],
  ownTransactions: true,
};

/** The containers, in one transaction. */
export interface Tables {
  readonly files: Container<FileRecord>;
  /** `<name>\0<id>`, for lists in order of names. The values are empty. */
  readonly names: Container<Uint8Array>;
  readonly blobs: Container<BlobRecord>;
  /** A chunk is as `file-chunks.ts` has it. */
  readonly chunks: Container<Uint8Array>;
  readonly uploads: Container<UploadRecord>;
}

/** How the parts of a file store reach their containers: by a transaction each time. */
export interface FileAccess {
  /** Runs in a transaction that writes; again after a conflict. */
  change<T>(action: (tables: Tables) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Runs on one snapshot. `missing` is the answer where the containers are not there. */
  look<T>(missing: T, action: (tables: Tables) => Promise<T>): Promise<T>;
}

/** The containers, as a transaction has them. */
export function tablesIn(tx: Operations, nameOf: (suffix?: string) => string): Tables {
  const table = <T>(suffix: string | undefined, encoding: Encoding<T>): Container<T> =>
    tx.container(nameOf(suffix), { encoding });
  return {
    files: table(undefined, fileEncoding),
    names: table("names", raw),
    blobs: table("blobs", blobEncoding),
    chunks: table("chunks", raw),
    uploads: table("uploads", uploadEncoding),
  };
}

/** `bytes` takes text as well; nothing here is text. */
const raw: Encoding<Uint8Array> = bytes as Encoding<Uint8Array>;

/** All that an iteration gives. */
export async function gather<T>(items: AsyncIterable<T>): Promise<T[]> {
  const gathered: T[] = [];
  for await (const item of items) gathered.push(item);
  return gathered;
}
