/** Drivers whose failures look wrong. */
import { inspect } from "node:util";
import type { Storage } from "@caterpillar/storage-core";
import {
  ContainerNotFoundError,
  StorageEncodingError,
  type StorageError,
  TransactionConflictError,
} from "@caterpillar/storage-core/driver";
import { inStorage, type Mutant } from "./mutant.ts";

/** The method, with what it rejects with turned into something else. */
function rejecting<K extends "commit" | "addContainer" | "getContainerItem" | "setContainerItem">(
  storage: Storage,
  method: K,
  turn: (error: unknown, args: unknown[]) => unknown,
): Partial<Record<K, unknown>> {
  const call = storage[method].bind(storage) as (...args: unknown[]) => Promise<unknown>;
  return {
    [method]: async (...args: unknown[]) => {
      try {
        return await call(...args);
      } catch (error) {
        throw turn(error, args);
      }
    },
  } as Partial<Record<K, unknown>>;
}

const messageOf = (error: unknown): string => (error as Error).message;

export const errorMutants: readonly Mutant[] = [
  inStorage("a conflict is not worth another try", "ERR-01", (storage) =>
    rejecting(storage, "commit", (error) =>
      error instanceof TransactionConflictError
        ? Object.assign(new TransactionConflictError(), { retryable: false })
        : error,
    ),
  ),
  inStorage("errors have no code", "ERR-01", (storage) =>
    rejecting(storage, "addContainer", (error) => new Error(messageOf(error), { cause: error })),
  ),
  inStorage("errors have the code of the engine", "ERR-01", (storage) =>
    rejecting(storage, "addContainer", (error) =>
      Object.assign(new Error(messageOf(error)), { code: "SQLITE_CONSTRAINT", retryable: false }),
    ),
  ),
  inStorage("an error looks like a StorageError, and is none", "ERR-01", (storage) =>
    rejecting(storage, "addContainer", (error) => {
      const { name, code, message } = error as StorageError;
      return Object.assign(new Error(message), { name, code, retryable: false });
    }),
  ),
  inStorage("an error says nothing", "ERR-01", (storage) =>
    rejecting(storage, "getContainerItem", (error) =>
      error instanceof ContainerNotFoundError
        ? Object.assign(new ContainerNotFoundError("c"), { message: "" })
        : error,
    ),
  ),
  inStorage("a refused value is shown", "ERR-04", (storage) =>
    rejecting(storage, "setContainerItem", (error, [, , value]) =>
      error instanceof TypeError ? new TypeError(`cannot store ${inspect(value)}`) : error,
    ),
  ),
  inStorage("a refused value is kept at the error", "ERR-04", (storage) =>
    rejecting(storage, "setContainerItem", (error, [, , value]) =>
      error instanceof Error ? Object.assign(error, { value }) : error,
    ),
  ),
  inStorage("bytes that are no text are shown", "ERR-04", (storage) =>
    rejecting(storage, "getContainerItem", (error) =>
      error instanceof StorageEncodingError
        ? new StorageEncodingError("112, 115, 115, 116 is not UTF-8 text; read it as bytes")
        : error,
    ),
  ),
  inStorage("a wrong key is thrown at once", "ERR-05", (storage) => ({
    getContainerItem: (id: string, key: unknown) => {
      if (typeof key !== "string") throw new TypeError("a key must be a string");
      return storage.getContainerItem(id, key);
    },
  })),
  inStorage("a wrong state is thrown at once", "ERR-05", (storage) => {
    let closed = false;
    return {
      close: () => {
        closed = true;
        return storage.close();
      },
      hasContainer: (id: string) => {
        if (closed) throw new TypeError("the storage was closed");
        return storage.hasContainer(id);
      },
    };
  }),
  inStorage("a method answers no promise", "ERR-05", (storage) => ({
    getContainerLen: (id: string) => (id === undefined ? 0 : storage.getContainerLen(id)),
  })),
  inStorage("null is stored as a text", "ERR-05", (storage) => ({
    setContainerItem: (id: string, key: string, value: unknown) =>
      storage.setContainerItem(id, key, value === null ? "null" : (value as string)),
  })),
  inStorage("wrong options are ignored", "ERR-05", (storage) => ({
    transaction: (run: Parameters<Storage["transaction"]>[0]) => storage.transaction(run),
  })),
];
