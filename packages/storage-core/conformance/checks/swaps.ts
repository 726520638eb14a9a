/** CORR: files of another storage, or of another time. */
import { copyFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Check, group } from "../check.ts";
import type { Context } from "../context.ts";
import { type DamagedCopies, withDamagedCopies } from "../damaged.ts";
import { holdsData } from "../files.ts";
import { type Generation, makeGenerations, namesIn } from "../generations.ts";

/** Storages of which files are taken: those of the same storage at all times, and the other one at the same time. */
interface Donors {
  readonly own: readonly Generation[];
  readonly other: Generation;
}

/** Puts files of others in the place of those of each generation. `donorsFor` says of whom. */
function checkSwaps(
  context: Context,
  donorsFor: (generation: Generation, donors: Donors) => readonly Generation[],
): Promise<void> {
  return withDamagedCopies(context, async (copies, subject) => {
    const own = await makeGenerations(context, subject, "own");
    const others = await makeGenerations(context, subject, "other");
    for (const [i, generation] of own.entries()) {
      const donors = donorsFor(generation, { own, other: others[i] as Generation });
      for (const donor of donors) await swapEach(context, copies, generation, donor);
    }
  });
}

/** Puts each file of the donor in its place in a copy, also where there is none of that name. */
async function swapEach(
  context: Context,
  copies: DamagedCopies,
  generation: Generation,
  donor: Generation,
): Promise<void> {
  for (const file of namesIn(donor, context.facts.files.filter(holdsData))) {
    // The same name, but for that of the storage, which it may begin with.
    const name = file.replace(basename(donor.path), basename(generation.path));
    const swap = (target: string): void => copyFileSync(join(dirname(donor.path), file), target);
    const newest = Math.max(generation.newest, donor.newest);
    const what = `that of the storage ${basename(donor.path)}, ${donor.when}`;
    await copies.check({ ...generation, newest }, name, swap, what, ["own", "other"]);
  }
}

export const swapChecks: readonly Check[] = group("CORR", {
  "06 where a file of a closed storage is another one's, that is told, or a state of one of the two is found":
    {
      clauses: ["damage.typed"],
      run: (context) => checkSwaps(context, ({ closed }, { other }) => (closed ? [other] : [])),
    },

  "08 where files are of different times, or one of an open storage is another one's, that is told, or a state of one is found":
    {
      level: "should",
      clauses: ["damage.typed"],
      run: (context) =>
        checkSwaps(context, (generation, { own, other }) => [
          ...own.filter((each) => each !== generation),
          ...(generation.closed ? [] : [other]),
        ]),
    },
});
