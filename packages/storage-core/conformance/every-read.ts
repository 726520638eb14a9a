/** Every way there is to read a key of the container `c`: all must answer the same. */
import { bytes } from "../src/encodings.ts";
import type { Operations } from "../src/operations.ts";
import { collect } from "./collect.ts";

/** How many ways there are. */
export const WAYS = 5;

/** A key's text by every way there is to read it. */
export async function everyText(from: Operations, key: string): Promise<unknown[]> {
  const container = from.container("c");
  const range = { gte: key, lte: key };
  return [
    await from.getContainerItem("c", key),
    (await from.getContainerItems("c", [key]))[0]?.[1],
    (await collect(container.entries(range)))[0]?.[1],
    (await collect(container.values(range)))[0],
    (await container.list(range))[0]?.[1],
  ];
}

/** A key's bytes by every way there is to read them. */
export async function everyBytes(
  from: Operations,
  key: string,
): Promise<(Uint8Array | undefined)[]> {
  const container = from.container("c", { encoding: bytes });
  const range = { gte: key, lte: key };
  return [
    await from.getContainerItem("c", key, bytes),
    (await container.getMany([key]))[0]?.[1],
    (await collect(container.entries(range)))[0]?.[1],
    (await collect(container.values(range)))[0],
    (await container.list(range))[0]?.[1],
  ];
}
