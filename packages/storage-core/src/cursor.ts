/**
 * A walk through a range of one container: a snapshot's pages with the own writes merged in, a page at a time.
 * Both sides are in key order; where both have a key, the own entry holds, and `null` there hides the snapshot's.
 */
import type { Entry, Page, PageRange, Snapshot } from "./driver.ts";
import { compareKeys, keyAfter } from "./keys.ts";
import { chain, type MaybePromise } from "./maybe-promise.ts";
import type { OwnContainer } from "./overlay.ts";
import { type Interval, isEmpty } from "./range.ts";
import { entriesOf } from "./sorted-map.ts";
import { copyInForm, type Form, inForm, type Value } from "./values.ts";

/** At most so many entries in the first page, of which somebody may want a few only… */
const PAGE_ENTRIES = 256;
/** …so many in each that follows, as who has asked for two will ask for more… */
const LATER_ENTRIES = 1024;
/** …and about so many bytes of values, but always one entry. */
const PAGE_BYTES = 1 << 20;
/** How many entries of both sides are looked at for one page, so that a long row of deleted keys comes in steps, too. */
const MERGE_STEPS = 2 * PAGE_ENTRIES;

/** What a walk yields: whole entries in a form, or keys alone. */
export interface Shape<T> {
  fetch(snapshot: Snapshot, container: string, range: PageRange): MaybePromise<Page<T>>;
  keyOf(item: T): string;
  /** An item of the snapshot, as it is handed out. */
  base(item: T): T;
  /** An item of the own writes, as it is handed out. */
  own(key: string, value: Value): T;
}

export const KEYS: Shape<string> = {
  fetch: (snapshot, container, range) => snapshot.keys(container, range),
  keyOf: (key) => key,
  base: (key) => key,
  own: (key) => key,
};

export const ENTRIES: Readonly<Record<Form, Shape<Entry>>> = {
  text: entriesIn("text"),
  bytes: entriesIn("bytes"),
};

function entriesIn(form: Form): Shape<Entry> {
  return {
    fetch: (snapshot, container, range) => snapshot.page(container, range, form),
    keyOf: (entry) => entry[0],
    base: (entry) => {
      const value = inForm(entry[1], form);
      return value === entry[1] ? entry : [entry[0], value];
    },
    own: (key, value) => [key, copyInForm(value, form)],
  };
}

export class Cursor<T> {
  readonly #snapshot: Snapshot;
  readonly #container: string;
  readonly #shape: Shape<T>;
  readonly #reverse: boolean;
  /** Entries that may still be handed out. */
  #left: number;
  /** What of the snapshot's range was not fetched yet; `undefined` when it all was. */
  #rest: { start: string; end: string | undefined } | undefined;
  #isFirst = true;
  #page: readonly T[] = [];
  #index = 0;
  readonly #own: Iterator<[string, Value | null]> | undefined;
  #ownStep: IteratorResult<[string, Value | null]> | undefined;

  constructor(
    snapshot: Snapshot,
    container: string,
    own: OwnContainer | undefined,
    interval: Interval,
    shape: Shape<T>,
  ) {
    this.#snapshot = snapshot;
    this.#container = container;
    this.#shape = shape;
    this.#reverse = interval.reverse;
    this.#left = interval.limit;
    if (isEmpty(interval)) return;
    if (!own?.hidesBase) this.#rest = { start: interval.start, end: interval.end };
    if (own !== undefined && own.items.size > 0) {
      this.#own = entriesOf(own.items.clone(), interval);
      this.#ownStep = this.#own.next();
    }
  }

  /** Whether everything was handed out. */
  get done(): boolean {
    if (this.#left <= 0) return true;
    return (
      this.#rest === undefined &&
      this.#index >= this.#page.length &&
      (this.#ownStep === undefined || this.#ownStep.done === true)
    );
  }

  /** The next entries. There may be none, where deleted keys have eaten a page; only `done` says that it was the last. */
  next(): MaybePromise<readonly T[]> {
    if (this.done) return [];
    return chain(this.#fetch(), () =>
      this.#own === undefined ? this.#wholePage() : this.#merge(),
    );
  }

  /** Brings in a page of the snapshot, where the last one is used up. */
  #fetch(): MaybePromise<void> {
    const rest = this.#rest;
    if (rest === undefined || this.#index < this.#page.length) return;
    const entries = this.#isFirst ? PAGE_ENTRIES : LATER_ENTRIES;
    this.#isFirst = false;
    const wanted = this.#own === undefined ? Math.min(entries, this.#left) : PAGE_ENTRIES;
    const range = { ...rest, reverse: this.#reverse, limit: wanted, bytes: PAGE_BYTES };
    return chain(this.#shape.fetch(this.#snapshot, this.#container, range), ({ items, more }) => {
      this.#page = items;
      this.#index = 0;
      const last = items.at(-1);
      if (!more || last === undefined) {
        this.#rest = undefined;
        return;
      }
      const key = this.#shape.keyOf(last);
      if (this.#reverse) rest.end = key;
      else rest.start = keyAfter(key);
      if (isEmpty({ ...rest, reverse: this.#reverse, limit: 1 })) this.#rest = undefined;
    });
  }

  /** Where there are no own writes, the snapshot's page is all there is to say. */
  #wholePage(): readonly T[] {
    const items = this.#page.slice(0, this.#left).map(this.#shape.base);
    this.#page = [];
    this.#left -= items.length;
    return items;
  }

  /** What can be said without another page: up to the page's last key, or to the end where it was the last page. */
  #merge(): T[] {
    const merged: T[] = [];
    for (let step = 0; step < MERGE_STEPS && merged.length < this.#left; step++) {
      const item = this.#page[this.#index];
      const own =
        this.#ownStep === undefined || this.#ownStep.done ? undefined : this.#ownStep.value;
      if (item === undefined && (own === undefined || this.#rest !== undefined)) break;
      const order = this.#order(item, own);
      if (order <= 0) this.#index++;
      if (order >= 0) this.#ownStep = this.#own?.next();
      if (order < 0) merged.push(this.#shape.base(item as T));
      else if (own !== undefined && own[1] !== null) merged.push(this.#shape.own(own[0], own[1]));
    }
    this.#left -= merged.length;
    return merged;
  }

  /** Which of the two comes first: negative for the snapshot's, positive for the own, zero for one key on both sides. */
  #order(item: T | undefined, own: readonly [string, Value | null] | undefined): number {
    if (own === undefined) return -1;
    if (item === undefined) return 1;
    const order = compareKeys(this.#shape.keyOf(item), own[0]);
    return this.#reverse ? -order : order;
  }
}
