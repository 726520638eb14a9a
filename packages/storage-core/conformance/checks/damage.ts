/** CORR: files that are damaged, cut off, missing or another one's. */
import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Check, group } from "../check.ts";
import type { Context } from "../context.ts";
import { type Damage, type DamagedCopies, withDamagedCopies } from "../damaged.ts";
import { holdsData } from "../files.ts";
import { type Generation, makeGenerations, namesIn } from "../generations.ts";
import type { Times } from "../profile.ts";
import { Random } from "../random.ts";
import { withSubject } from "../subject.ts";
import { swapChecks } from "./swaps.ts";

/** In words what a file is then, and what makes it so. */
type Damages = Readonly<Record<string, Damage>>;

/** As much of a file is taken for its header, in bytes. */
const HEADER = 4096;
const NOISE = Uint8Array.from({ length: HEADER }, (_, i) => (i * 2654435761) >>> 13);

function beginWith(bytes: Uint8Array): Damage {
  return (file) => {
    const content = readFileSync(file);
    content.set(bytes.subarray(0, content.length));
    writeFileSync(file, content);
  };
}

/** Cuts off such a share of a file, and at least a byte. */
function cutOff(share: number): Damage {
  return (file) => {
    const { size } = statSync(file);
    truncateSync(file, size - Math.max(1, Math.ceil(size * share)));
  };
}

const noise = beginWith(NOISE);
const empty: Damage = (file) => truncateSync(file);
const missing: Damage = (file) => rmSync(file);

/** How often files are cut off at places that are chosen anew. */
const CUTTING: Times = { quick: 1, full: 200 };

/** Copies that are opened in one round, each with some bytes that are others than they were, and how many rounds there are. */
const FLIPPED = 24;
const MOST_BYTES = 8;
const FLIPPING: Times = { quick: 1, full: 500 };

/** Damages each file that holds data, of storages that are closed and of one that is open, in ways that may be others in each round. */
function checkEachFile(
  context: Context,
  damages: () => Damages,
  times: Times = { quick: 1, full: 1 },
): Promise<void> {
  return withDamagedCopies(context, async (copies, subject) => {
    const files = context.facts.files.filter(holdsData);
    const generations = await makeGenerations(context, subject, "own");
    for (const _ of context.rounds(times)) {
      for (const [what, damage] of Object.entries(damages())) {
        for (const generation of generations) {
          for (const name of namesIn(generation, files)) {
            await copies.check(generation, name, damage, what);
          }
        }
      }
    }
  });
}

/** Flips bytes in copies. What is read then may be anything: not every engine has checksums. */
async function flip(
  context: Context,
  copies: DamagedCopies,
  generations: readonly Generation[],
  random: Random,
  round: number,
): Promise<void> {
  const files = context.facts.files.filter(holdsData);
  for (let i = 0; i < FLIPPED; i++) {
    const generation = random.pick(generations);
    const name = random.pick(namesIn(generation, files));
    const { size } = statSync(join(dirname(generation.path), name));
    if (size === 0) continue;
    const places = Array.from({ length: 1 + random.below(MOST_BYTES) }, () => random.below(size));
    const flips = places.map((at) => [at, 1 + random.below(255)] as const);
    const damage: Damage = (file) => {
      const bytes = readFileSync(file);
      for (const [at, by] of flips) bytes[at] = (bytes[at] as number) ^ by;
      writeFileSync(file, bytes);
    };
    const shown = flips.map(([at, by]) => `${at} ^ ${by}`).join(", ");
    const what = `with other bytes (seed ${random.seed}, round ${round}, copy ${i}): ${shown}`;
    await copies.open(generation, name, damage, what, [random.pick(copies.ways)]);
  }
}

const ownChecks = group("CORR", {
  "01 where a file begins with garbage, that is told, or an older state is found": {
    clauses: ["damage.typed"],
    run: (context) =>
      checkEachFile(context, () => ({
        "noise at its beginning": noise,
        "zeros at its beginning": beginWith(new Uint8Array(HEADER)),
        "noise in its first bytes": beginWith(NOISE.subarray(0, 20)),
      })),
  },

  "02 where a file is empty or missing, that is told, or an older state is found": {
    clauses: ["damage.typed"],
    run: (context) => checkEachFile(context, () => ({ empty, missing })),
  },

  "03 where the second half of a file is missing, that is told, or an older state is found": {
    clauses: ["damage.typed"],
    run: (context) => checkEachFile(context, () => ({ "only its first half": cutOff(0.5) })),
  },

  "04 where the end of a file is cut off, that is told, or an older state is found": {
    clauses: ["damage.typed"],
    run: (context) => {
      const random = new Random(context.seed);
      const cuts = (): Damages => {
        const shares = [0, 0.01, 0.1, random.next() / 2, random.next() / 2];
        return Object.fromEntries(
          shares.map((share) => [`without the last ${100 * share} percent`, cutOff(share)]),
        );
      };
      return checkEachFile(context, cuts, CUTTING);
    },
  },

  "05 flipped bytes end no process, and nothing fails but with an error that has a code": {
    level: "should",
    clauses: ["damage.typed"],
    run: (context) =>
      withDamagedCopies(context, async (copies, maker) => {
        const generations = await makeGenerations(context, maker, "own");
        const random = new Random(context.seed);
        for (const round of context.rounds(FLIPPING)) {
          await withSubject(context, async (subject) => {
            copies.moveTo(subject);
            await flip(context, copies, generations, random, round);
          });
        }
      }),
  },

  "07 files that are expendable may be missing, empty or garbage": {
    clauses: ["open.files"],
    run: (context) =>
      withDamagedCopies(context, async (copies, subject) => {
        const files = context.facts.files.filter((file) => !holdsData(file));
        for (const generation of await makeGenerations(context, subject, "own", () => true)) {
          const names = namesIn(generation, files);
          const numbers = Array.from({ length: generation.newest }, (_, i) => i + 1);
          const whole = { ledger: { name: "own", numbers }, refusals: {} };
          const expectWhole = async (name: string, damage: Damage, what: string): Promise<void> => {
            for (const { found, how } of await copies.open(generation, name, damage, what)) {
              context.equal(found, whole, `${how}; what is there`);
            }
          };
          const removeAll: Damage = (folder) => {
            for (const name of names) rmSync(join(folder, name));
          };
          await expectWhole(".", removeAll, `without its ${names.length} expendable files`);
          for (const name of names) {
            for (const [what, damage] of Object.entries({ empty, "of noise": noise })) {
              await expectWhole(name, damage, `${what}, and expendable`);
            }
          }
        }
      }),
  },
});

/** All of the group. */
export const damageChecks: readonly Check[] = [...ownChecks, ...swapChecks].sort((a, b) =>
  a.id < b.id ? -1 : 1,
);
