/** A snapshot of a flat store, seen as containers. */
import type { As, Entry, Form, Page, PageRange, Snapshot, Value } from "./driver.ts";
import { keyAfter, prefixEnd } from "./keys.ts";
import { chain, type MaybePromise } from "./maybe-promise.ts";
import { CONTAINER, ITEM, keysWith } from "./ordered-layout.ts";
import type { OrderedSnapshot } from "./ordered-store.ts";
import { crowded, nextTurn } from "./turn-of-loop.ts";
import { inForm } from "./values.ts";

/** Names of containers that are read at once, and keys that are counted at once. */
const KEYS_AT_ONCE = 1000;

export class ContainersSnapshot implements Snapshot {
  readonly inner: OrderedSnapshot;
  /** What stands before the keys of the containers that were looked up. */
  readonly #prefixes = new Map<string, string>();

  constructor(inner: OrderedSnapshot) {
    this.inner = inner;
  }

  async containers(): Promise<readonly string[]> {
    const names: string[] = [];
    for await (const keys of allKeys(this.inner, keysWith(CONTAINER, KEYS_AT_ONCE))) {
      for (const key of keys) names.push(key.slice(CONTAINER.length));
    }
    return names;
  }

  has(container: string): MaybePromise<boolean> {
    if (this.#prefixes.has(container)) return true;
    return chain(this.inner.get(CONTAINER + container, "text"), (generation) => {
      if (generation === undefined) return false;
      this.#prefixes.set(container, ITEM + inForm(generation, "text"));
      return true;
    });
  }

  get(container: string, key: string, as: As): MaybePromise<Value | undefined> {
    return chain(this.#prefix(container), (prefix) => this.inner.get(prefix + key, as));
  }

  getMany(
    container: string,
    keys: readonly string[],
    as: As,
  ): MaybePromise<readonly (Value | undefined)[]> {
    return chain(this.#prefix(container), (prefix) =>
      this.inner.getMany(
        keys.map((key) => prefix + key),
        as,
      ),
    );
  }

  page(container: string, range: PageRange, as: Form): MaybePromise<Page<Entry>> {
    return chain(this.#prefix(container), (prefix) =>
      chain(this.inner.page(within(prefix, range), as), ({ items, more }) => ({
        items: items.map(([key, value]): Entry => [key.slice(prefix.length), value]),
        more,
      })),
    );
  }

  keys(container: string, range: PageRange): MaybePromise<Page<string>> {
    return chain(this.#prefix(container), (prefix) =>
      chain(this.inner.keys(within(prefix, range)), ({ items, more }) => ({
        items: items.map((key) => key.slice(prefix.length)),
        more,
      })),
    );
  }

  /** Goes over all keys: flat stores keep no count that holds in an old snapshot. */
  async count(container: string): Promise<number> {
    let range = keysWith(await this.#prefix(container), KEYS_AT_ONCE);
    let count = 0;
    for (;;) {
      const next = await this.inner.nth?.(range, KEYS_AT_ONCE);
      if (next === undefined) break;
      count += KEYS_AT_ONCE;
      range = { ...range, start: next };
      if (crowded()) await nextTurn();
    }
    for await (const keys of allKeys(this.inner, range)) count += keys.length;
    return count;
  }

  close(): MaybePromise<void> {
    return this.inner.close();
  }

  /** The core has asked `has` before, or has the name from `containers`. */
  #prefix(container: string): MaybePromise<string> {
    const known = this.#prefixes.get(container);
    if (known !== undefined) return known;
    return chain(this.has(container), () => this.#prefixes.get(container) as string);
  }
}

async function* allKeys(
  snapshot: OrderedSnapshot,
  wanted: PageRange,
): AsyncGenerator<readonly string[]> {
  let range = wanted;
  for (;;) {
    const { items, more }: Page<string> = await snapshot.keys(range);
    yield items;
    const last = items.at(-1);
    if (!more || last === undefined) return;
    range = { ...range, start: keyAfter(last) };
    if (crowded()) await nextTurn();
  }
}

/** A range of a container, in the flat map. */
function within(prefix: string, range: PageRange): PageRange {
  const end = range.end === undefined ? prefixEnd(prefix) : prefix + range.end;
  return { ...range, start: prefix + range.start, end };
}
