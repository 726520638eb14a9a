/**
 * Searches texts without an index, by looking at every word of every text: what the index must
 * agree with.
 */

export type Texts = ReadonlyMap<string, string>;

/** The score of each text that has all words of the query, by path. Plain ASCII only. */
export function bruteForce(texts: Texts, query: string): Map<string, number> {
  const matchers = query.split(" ").map((part) => {
    const word = part.replace("*", "");
    return part.endsWith("*")
      ? (other: string) => other.startsWith(word)
      : (other: string) => other === word;
  });
  const frequencies = matchers.map((matches) =>
    [...texts.values()].map((text) => wordsIn(text).filter(matches).length),
  );

  const scores = new Map<string, number>();
  [...texts.keys()].forEach((path, i) => {
    if (frequencies.some((counts) => counts[i] === 0)) return;
    const parts = frequencies.map((counts) => {
      const having = counts.filter((count) => count > 0).length;
      return (1 + Math.log(counts[i] ?? 0)) * Math.log(1 + texts.size / having);
    });
    scores.set(
      path,
      parts.reduce((sum, part) => sum + part, 0),
    );
  });
  return scores;
}

function wordsIn(text: string): string[] {
  return text.toLowerCase().split(/[^a-z0-9]+/);
}
