/** How often what happened: a run in which hardly anything did has shown nothing. */
export class Tally {
  readonly #counts = new Map<string, number>();

  count(what: string, times = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + times);
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  /** Takes all that was counted in another one. */
  add(other: Tally): void {
    for (const [what, times] of other.#counts) this.count(what, times);
  }

  /** What happened more seldom than it must, in words; empty where nothing did. */
  under(floors: Readonly<Record<string, number>>): readonly string[] {
    return Object.entries(floors)
      .filter(([what, least]) => this.of(what) < least)
      .map(([what, least]) => `${what} ${this.of(what)} times, at least ${least}`);
  }

  /** All of it, by the first words: `commit: ok 13, TRANSACTION_CONFLICT 3; set: ok 44`. */
  toString(): string {
    const groups = new Map<string, string[]>();
    for (const [what, times] of [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const cut = what.lastIndexOf(" ");
      const [name, end] = [what.slice(0, cut), what.slice(cut + 1)];
      groups.set(name, [...(groups.get(name) ?? []), `${end} ${times}`]);
    }
    return [...groups].map(([name, ends]) => `${name}: ${ends.join(", ")}`).join("; ");
  }
}
