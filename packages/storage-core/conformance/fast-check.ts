/** The library of random tests that shortens what fails. Drivers whose authors do not install it are tested without. */
import { type Need, need } from "./need.ts";

export type FastCheck = typeof import("fast-check");

export async function loadFastCheck(): Promise<FastCheck> {
  return await import("fast-check");
}

export const fastCheck: Need = need("fast-check", async () => {
  try {
    await loadFastCheck();
    return undefined;
  } catch (error) {
    return `fast-check cannot be loaded: npm install --save-dev fast-check (${(error as Error).message})`;
  }
});
