import {
  checks,
  HOSTS,
  hostsFor,
  loadTarget,
  obstacle,
  runCheck,
  SessionPool,
} from "@caterpillar/storage-core/conformance";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { describe, expect, it } from "vitest";
import { Context } from "../conformance/context.ts";
import { runSchedule } from "../conformance/schedule.ts";
import type { HostedSession as Hosted } from "../conformance/session-pool.ts";
import type { LoadedTarget } from "../conformance/target.ts";
import { LIMIT_MS } from "../conformance/waiting.ts";

/** Where another one than this thread is at work. */
const ELSEWHERE = ["workers", "processes"] as const;

type Elsewhere = (typeof ELSEWHERE)[number];

function load(name: string): Promise<LoadedTarget> {
  const module = new URL(`./hosts/${name}-target.ts`, import.meta.url);
  return loadTarget({ name, module, execArgv: ["--conditions=@caterpillar/source"] });
}

const memory: LoadedTarget = {
  name: "memory",
  module: new URL("./target.ts", import.meta.url),
  execArgv: ["--conditions=@caterpillar/source"],
  storage: MemoryStorage,
};

async function inContext<T>(
  use: (context: Context) => Promise<T>,
  target: LoadedTarget,
  pool?: SessionPool,
): Promise<T> {
  const context = new Context(target, { pool });
  try {
    return await use(context);
  } finally {
    await context.dispose();
  }
}

/** Runs it, with sessions in a pool of its own, whose children must end well. */
async function withPool<T>(
  target: LoadedTarget,
  host: Elsewhere,
  use: (context: Context) => Promise<T>,
): Promise<T> {
  const pool = new SessionPool(target, host);
  const result = await inContext(use, target, pool);
  await pool.end();
  return result;
}

function check(id: string) {
  const found = checks.find((each) => each.id === id);
  if (found === undefined) throw new Error(`there is no check ${id}`);
  return found;
}

/** The message with which it fails. */
async function failure(run: Promise<unknown>): Promise<string> {
  const error: unknown = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) throw new Error("it went through");
  return error.message;
}

const EVERY_KIND = `
  A open
  B next -> 1=10
  A begin
  A set 1 é"\\'\u{1f41b}
  A setMany 3=33 4=44
  A delete 2
  A get 2 -> missing
  A has 1 -> yes
  A has 2 -> no
  A getMany 4 2 3 -> 44,missing,33
  A keys -> 1,3,4
  A entries -> 1=é"\\'\u{1f41b},3=33,4=44
  A length -> 3
  A commit
  B next -> 2=20
  B next -> end
  B get 1 -> é"\\'\u{1f41b}
  B keys d -> CONTAINER_NOT_FOUND
  B rollback -> TRANSACTION_STATE
  A clearContainer
  B entries -> none
  C next -> end
  B close
  B get 1 -> STORAGE_CLOSED
`;

describe.each(HOSTS)("on the host %s", (host) => {
  it("every kind of result comes out as it is, and iterations stay open over steps", async () => {
    const target = await load("intact");
    const run = async (context: Context): Promise<number> => {
      await runSchedule(context, EVERY_KIND);
      return context.assertions;
    };
    const made = host === "thread" ? inContext(run, target) : withPool(target, host, run);
    expect(await made).toBe(24);
  });

  it("a step that waits is blocked", async () => {
    const target = await load("wild");
    const run = (context: Context) => runSchedule(context, "A get wait -> 10", { limit: 50 });
    const made = host === "thread" ? inContext(run, target) : withPool(target, host, run);
    expect(await failure(made)).toContain("> A get wait -> blocked, not 10");
  });
});

describe.each(ELSEWHERE)("sessions in %s", (host) => {
  it("get the refusal of an open as what their first step comes to", async () => {
    // A name stands for another storage there, and there is none.
    await withPool(memory, host, async (context) => {
      await runSchedule(context, "A get 1 -> STORAGE_NOT_FOUND; A open -> STORAGE_NOT_FOUND");
      expect(context.assertions).toBe(2);
    });
  });

  it("fail with the exit code where one ends in a step", async () => {
    const target = await load("wild");
    const run = withPool(target, host, (context) =>
      runSchedule(context, "A get 1 -> 10; A get exit -> 10"),
    );
    expect(await failure(run)).toContain("> A get exit -> ended with exit code 3");
  });

  it("go on where another one blocks its event loop for ever, which is killed with all that it had begun", async () => {
    const target = await load("wild");
    await inContext(async (context) => {
      await context.create({ c: { 1: "10" } });
      const pool = new SessionPool(target, host);
      const [a, b, c] = [1, 2, 3].map(() => pool.start(context.path)) as [Hosted, Hosted, Hosted];
      expect(await a.step("begin", LIMIT_MS)).toBe("ok");
      expect(await a.step("set 1 11", LIMIT_MS)).toBe("ok");
      expect(await b.step("next", LIMIT_MS)).toBe("1=10");
      expect(await a.step("get spin", 100)).toBe("blocked");
      expect(await b.step("next", LIMIT_MS)).toBe("end");
      expect(await c.step("get 1", LIMIT_MS)).toBe("10");
      await Promise.all([a.discard(), b.leave(), c.leave()]);
      await pool.end();
    }, target);
  });

  it("are there for the next schedule where a step of the last one blocked its event loop for ever", async () => {
    await withPool(await load("wild"), host, async (context) => {
      await runSchedule(context, "A get spin -> blocked", { limit: 100 });
      const path = context.place("next");
      await runSchedule(context, "A set 1 11; B get 1 -> 11", { path });
    });
  });

  it("answer nothing more after they were blocked", async () => {
    const run = withPool(await load("wild"), host, (context) =>
      runSchedule(context, "A get wait -> blocked; A get 1 -> 10", { limit: 50 }),
    );
    expect(await failure(run)).toContain(
      "> A get 1 -> was killed, as an earlier step was blocked, not 10",
    );
  });
});

describe.each(ELSEWHERE)("the pool of %s", (host) => {
  /** Where a session lives that is started now, and the session. */
  const started = async (pool: SessionPool, path: string) => {
    const session = pool.start(path);
    return { session, lives: await session.step("get whoami", LIMIT_MS) };
  };

  it("uses a child again that has closed what it had open, and no other", async () => {
    const target = await load("wild");
    await inContext(async (context) => {
      await context.create({ c: {} });
      const pool = new SessionPool(target, host);
      const first = await started(pool, context.path);
      const second = await started(pool, context.path);
      expect(second.lives).not.toBe(first.lives);
      await first.session.leave();
      const third = await started(pool, context.path);
      expect(third.lives).toBe(first.lives);
      expect(await third.session.step("get open", LIMIT_MS)).toBe("1");
      await third.session.discard();
      const fourth = await started(pool, context.path);
      expect([first.lives, second.lives]).not.toContain(fourth.lives);
      await second.session.leave();
      await fourth.session.leave();
      await pool.end();
    }, target);
  });

  it("tells of a child that ends with a complaint", async () => {
    const target = await load("wild");
    const run = withPool(target, host, (context) =>
      runSchedule(context, "A get complain -> missing"),
    );
    expect(await failure(run)).toBe(`a session of ${host} ended with exit code 4`);
  });
});

it("a process that blocks in a step is killed", async () => {
  await inContext(
    async (context) => {
      await context.create({ c: {} });
      const pool = new SessionPool(await load("wild"), "processes");
      const session = pool.start(context.path);
      const pid = Number.parseInt(await session.step("get whoami", LIMIT_MS), 10);
      expect(process.kill(pid, 0)).toBe(true);
      expect(await session.step("get spin", 100)).toBe("blocked");
      expect(() => process.kill(pid, 0)).toThrow("ESRCH");
      await session.leave();
      await pool.end();
    },
    await load("wild"),
  );
});

describe("a process that ends in a step", () => {
  it.each([
    ["exit", /ended with exit code 3: the disk is gone\n, not 10/],
    ["abort", /ended with SIGABRT/],
  ])("is told with what it printed: %s", async (key, message) => {
    const target = await load("wild");
    const run = withPool(target, "processes", (context) =>
      runSchedule(context, `A get ${key} -> 10`),
    );
    expect(await failure(run)).toMatch(message);
  });
});

/** What does not show while all sessions are in one thread. Their driver is sound otherwise, and passes there. */
describe.each([
  ["newest", "ISO-20", "> A get 1 -> 12, not 10"],
  ["stale", "ISO-21", "> A get 1 -> 10, not 11"],
  ["blind", "ISO-13", "> B commit -> ok, not TRANSACTION_CONFLICT"],
])("a driver that goes wrong with what others have committed (%s)", (bug, id, found) => {
  it(`passes ${id} in one thread`, async () => {
    expect(await runCheck(check(id), await load(bug))).toEqual({
      leftOut: [],
      notRun: [],
      figures: [],
    });
  });

  it.each(ELSEWHERE)(`fails ${id} on %s`, async (host) => {
    const message = await failure(runCheck(check(id), await load(bug), { on: host }));
    expect(message).toContain(`${check(id).title} (${host}): `);
    expect(message).toContain(found);
  });

  it.each(ELSEWHERE)(`passes ${id} on %s without the bug`, async (host) => {
    expect(await runCheck(check(id), await load("intact"), { on: host })).toEqual({
      leftOut: [],
      notRun: [],
      figures: [],
    });
  });
});

describe("a host", () => {
  it("does not apply where the driver's facts say that its sessions do not meet there", () => {
    const { facts } = MemoryStorage.driver;
    const locked = { ...facts, threads: "shared", processes: "locked" } as const;
    expect(hostsFor(facts)).toEqual(["thread"]);
    expect(hostsFor(locked)).toEqual(["thread", "workers"]);
    expect(HOSTS.map((host) => obstacle(host, facts))).toEqual([
      undefined,
      "facts.threads is separate",
      "facts.processes is separate",
    ]);
    expect(obstacle("processes", locked)).toBe("facts.processes is locked");
  });

  it("that does not apply runs no check", async () => {
    expect(await failure(runCheck(check("ISO-04"), memory, { on: "processes" }))).toBe(
      'ISO-04 cannot be run on the host "processes": facts.processes is separate',
    );
  });

  it("that a check has not, does not run it", async () => {
    expect(await failure(runCheck(check("KV-01"), await load("intact"), { on: "workers" }))).toBe(
      'KV-01 cannot be run on the host "workers": it runs on thread only',
    );
  });
});
