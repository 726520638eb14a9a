/** Processes are killed while they create, open, commit to or close storages, and the storages are looked at afterwards. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Context, contentsOf } from "../context.ts";
import { failureOf } from "../failure.ts";
import { strangersIn } from "../files.ts";
import { endOf } from "../other.ts";
import { Pace } from "../pace.ts";
import type { Times } from "../profile.ts";
import { Random } from "../random.ts";
import type { Role } from "../roles.ts";
import {
  commitNumber,
  contentsAtCommit,
  PASSAGES,
  type Passage,
  type PassageNews,
  STORAGES,
} from "./passages.ts";

/** Kills that all missed would have shown nothing; then there are more, up to so many. */
const MORE_KILLS = 20;
/** Storages that are created before a kill, at most. */
const MOST_CREATED = 4;
/** How often a process is killed that opens what another one that was killed has left. */
const KILLS_IN_A_ROW = 3;

const FIRST_PART = 0.3;
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

/** How many kills came where they were to come. */
interface Kills {
  all: number;
  within: number;
}

/** Kills processes at the passage of one of the storages that come first, after a part of the time that it takes. */
class Killer {
  readonly #context: Context;
  readonly #random: Random;
  /** How long passages take, and how many kills there were in each. */
  readonly #known = new Map<Passage, { pace: Pace; kills: number }>();

  constructor(context: Context) {
    this.#context = context;
    this.#random = new Random(context.seed);
  }

  /** Answers what the process had told, and notes whether it was within. */
  async kill(
    role: Role,
    args: readonly string[],
    passage: Passage,
    among: number,
    kills: Kills,
  ): Promise<readonly PassageNews[]> {
    const child = this.#context.spawn(role, args);
    const news: PassageNews[] = [];
    const known = this.#known.get(passage) ?? { pace: new Pace(2), kills: 0 };
    this.#known.set(passage, known);
    const { pace } = known;
    // Parts of it that are spread evenly, however few kills there are.
    const part = (FIRST_PART + known.kills++ * GOLDEN_RATIO) % 1;
    // Not the first one, as long as nobody knows how long that takes.
    let left = pace.known ? 1 + this.#random.below(among) : 2 + this.#random.below(among - 1);
    let began = 0;
    for (;;) {
      const told = (await child.next()) as PassageNews | undefined;
      if (told === undefined) break;
      news.push(told);
      if (told.is === PASSAGES[passage]) pace.add(performance.now() - began);
      if (told.is !== passage) continue;
      began = performance.now();
      if (--left === 0) setTimeout(child.kill, part * pace.mean);
    }
    await endOf(this.#context, child, "SIGKILL");
    kills.all++;
    if (news.at(-1)?.is === passage) kills.within++;
    return news;
  }
}

/** Runs rounds, and more of them until a kill has come where it was to come. */
async function untilWithin(
  context: Context,
  times: Times,
  passage: Passage,
  round: (kills: Kills) => Promise<void>,
): Promise<void> {
  const kills = { all: 0, within: 0 };
  for (const _ of context.rounds(times)) await round(kills);
  for (let more = 0; more < MORE_KILLS && kills.within === 0; more++) await round(kills);
  context.figure(`${kills.all} kills, ${kills.within} of them while ${passage}`);
  context.ok(kills.within > 0, `of ${kills.all} kills, one came while the process was ${passage}`);
}

/** What was being created is there as a whole or not at all, and can be created again. */
export async function killWhileCreating(context: Context, times: Times): Promise<void> {
  const killer = new Killer(context);
  const folder = folderFor(context, "creating");
  const paths: string[] = [];
  let round = 0;
  await untilWithin(context, times, "creating", async (kills) => {
    const prefix = join(folder, `${++round}`);
    const news = await killer.kill("createMany", [prefix], "creating", MOST_CREATED, kills);
    const created = news.filter(({ is }) => is === "created").length;
    const begun = news.filter(({ is }) => is === "creating").length;
    const were = `${begun} were begun to be created, ${created} were`;
    for (let at = 0; at < begun; at++) {
      const path = `${prefix}-${at}`;
      paths.push(path);
      const failure = await failureOf(context.open({}, path).then((opened) => opened.close()));
      if (failure !== undefined) {
        const { code } = failure as { code?: string };
        const missing = { code, acknowledged: at < created, anything: existsSync(path) };
        const nothing = { code: "STORAGE_NOT_FOUND", acknowledged: false, anything: false };
        context.equal(missing, nothing, `number ${at}, of which there is not all: ${were}`);
        await (await context.open({ create: true }, path)).close();
      }
      await checkNew(context, path, `number ${at}: ${were}`);
    }
    // Creating is also when remains of others are removed.
    const again = `${prefix}-again`;
    await (await context.open({ create: true }, again)).close();
    paths.push(again);
    checkFiles(context, folder, paths, `a process was killed while it created: ${were}`);
  });
}

/** A storage that is empty, and can be written to. */
async function checkNew(context: Context, path: string, what: string): Promise<void> {
  const storage = await context.open({}, path);
  context.equal(await contentsOf(storage), {}, `what is in ${what}`);
  await storage.addContainer("c");
  context.equal(await contentsOf(storage), { c: {} }, `what was written to ${what}`);
  await storage.close();
}

/** Storages that killed processes had open lose nothing by that. */
export async function killWhile(
  context: Context,
  passage: "opening" | "closing",
  times: Times,
): Promise<void> {
  const left = await Left.create(context);
  await untilWithin(context, times, passage, async (kills) => {
    await left.kill(passage, 2 * STORAGES, kills);
    await left.inspect(`a process was killed while ${passage}`);
  });
}

/** What a process leaves that was killed while it committed is opened by others that are killed as well, and loses nothing by that. */
export async function killWhileRecovering(context: Context, times: Times): Promise<void> {
  const left = await Left.create(context);
  await untilWithin(context, times, "opening", async (kills) => {
    await left.kill("committing", 2 * STORAGES, { all: 0, within: 0 });
    for (let i = 0; i < KILLS_IN_A_ROW; i++) await left.kill("opening", STORAGES, kills);
    await left.inspect(`${KILLS_IN_A_ROW} processes were killed that opened what a first one left`);
  });
}

/** Storages that are left behind by killed processes, with what these have told. */
class Left {
  readonly #context: Context;
  readonly #killer: Killer;
  readonly #folder: string;
  /** By storage: the newest commit that was acknowledged, and those that were begun since by processes that were killed. */
  readonly #commits: { acknowledged: number; begun: number[] }[] = Array.from(
    { length: STORAGES },
    () => ({ acknowledged: -1, begun: [] }),
  );
  /** The number of the next commit. */
  #next = 0;

  static async create(context: Context): Promise<Left> {
    const left = new Left(context);
    for (let at = 0; at < STORAGES; at++) {
      await (await context.create(contentsAtCommit(-1), left.#path(at))).close();
    }
    return left;
  }

  private constructor(context: Context) {
    this.#context = context;
    this.#killer = new Killer(context);
    this.#folder = folderFor(context, "left");
  }

  get #prefix(): string {
    return join(this.#folder, "storage");
  }

  #path(at: number): string {
    return `${this.#prefix}-${at}`;
  }

  async kill(passage: Passage, among: number, kills: Kills): Promise<void> {
    const args = [this.#prefix, `${this.#next}`];
    for (const { is, at, n } of await this.#killer.kill("goThrough", args, passage, among, kills)) {
      const commits = this.#commits[at];
      this.#next = Math.max(this.#next, n + 1);
      if (is === "committing") commits?.begun.push(n);
      if (is === "committed") this.#commits[at] = { acknowledged: n, begun: [] };
    }
  }

  /** Fails where one has lost something, has something in part, or cannot be written to. */
  async inspect(when: string): Promise<void> {
    for (const [at, { acknowledged, begun }] of this.#commits.entries()) {
      const storage = await this.#context.open({}, this.#path(at));
      const n = Number(await storage.getContainerItem("c", "n"));
      const were = `${when}: ${acknowledged} was acknowledged, then begun: [${begun}]; ${n} is there`;
      this.#context.ok(n === acknowledged || begun.includes(n), were);
      this.#context.equal(await contentsOf(storage), contentsAtCommit(n), were);
      const own = this.#next;
      await commitNumber(storage, own);
      this.#context.equal(await contentsOf(storage), contentsAtCommit(own), `${were}; after that`);
      this.#commits[at] = { acknowledged: own, begun: [] };
      await storage.close();
    }
    this.#next++;
    const paths = this.#commits.map((_, at) => this.#path(at));
    checkFiles(this.#context, this.#folder, paths, when);
  }
}

/** A folder for storages and nothing else. */
function folderFor(context: Context, name: string): string {
  const folder = context.place(name);
  mkdirSync(folder);
  return folder;
}

/** Fails where there is anything in the folder beside the storages at the paths. */
function checkFiles(
  context: Context,
  folder: string,
  paths: readonly string[],
  when: string,
): void {
  const strangers = strangersIn(folder, context.facts.files, paths);
  context.equal(strangers, [], `files that the facts do not name, when ${when}`);
}
