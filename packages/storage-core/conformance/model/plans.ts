/** What the random steps of each check are chosen from, how many they are, and what must have happened for them to show anything. */
import type { Arbitrary } from "fast-check";
import type { FastCheck } from "../fast-check.ts";
import { type Alphabet, hostileAlphabet, plainAlphabet } from "./alphabets.ts";
import { choicesOf, weighted } from "./choices.ts";
import {
  CallCommand,
  type Command,
  type Opened,
  ReopenAllCommand,
  ReopenCommand,
} from "./commands.ts";
import { CrashCommand } from "./crash-command.ts";
import type { ModelPlan } from "./run-model.ts";
import type { Stage } from "./stage.ts";
import type { StageInProcess } from "./stage-in-process.ts";

/** Calls of so many sessions. */
function calls(fc: FastCheck, alphabet: Alphabet, sessions: number): Arbitrary<Command> {
  const { call } = choicesOf(fc, alphabet);
  return fc
    .tuple(fc.nat(sessions - 1), call)
    .map(([session, chosen]) => new CallCommand(session, chosen));
}

/** Sessions that close, and open again: to write or to read, with one durability or the other. */
function reopenings(fc: FastCheck, sessions: number): Arbitrary<Command> {
  const options = fc.constantFrom<Opened[]>(
    {},
    { durability: "process-crash" },
    { readonly: true },
  );
  return weighted<Command>(fc, [
    [
      2,
      fc
        .tuple(fc.nat(sessions - 1), options)
        .map(([session, chosen]) => new ReopenCommand(session, chosen)),
    ],
    [1, fc.constant(null).map(() => new ReopenAllCommand())],
  ]);
}

function crashes(
  fc: FastCheck,
  alphabet: Alphabet,
  sessions: number,
): Arbitrary<Command<StageInProcess>> {
  const { commit } = choicesOf(fc, alphabet);
  const during = fc.record({
    session: fc.nat(sessions - 1),
    call: commit,
    part: fc.constantFrom(0.1, 0.3, 0.5, 0.7, 0.9),
  });
  return weighted<Command<StageInProcess>>(fc, [
    [1, fc.constant(null).map(() => new CrashCommand())],
    [6, during.map((underWay) => new CrashCommand(underWay))],
  ]);
}

/**
 * How often each call must have been made, and have come to something, in all sequences of a round together. Where that is not so, there are more
 * sequences, so these are about half of what comes on average: a round that shows little is made up for.
 */
const FLOORS = {
  "look ok": 50,
  "begin ok": 12,
  "commit ok": 4,
  "rollback ok": 2,
  "iterate ok": 15,
  "next ok": 15,
  "return ok": 1,
  "together ok": 20,
  "transaction ok": 12,
  "set ok": 20,
  "setMany ok": 6,
  "fill ok": 1,
  "delete ok": 8,
  "deleteMany ok": 4,
  "empty ok": 1,
  "update ok": 2,
  "addContainer ok": 1,
  "deleteContainer ok": 1,
  "clearContainer ok": 2,
  "clear ok": 1,
  "get ok": 6,
  "getMany ok": 4,
  "has ok": 2,
  "count ok": 6,
  "keys ok": 8,
  "entries ok": 15,
  "listContainers ok": 1,
  "hasContainer ok": 1,
};

export const onePlan: ModelPlan<Stage> = {
  sessions: 1,
  beginning: plainAlphabet.beginning,
  runs: 5,
  steps: 240,
  commands: (fc) => calls(fc, plainAlphabet, 1),
  floors: FLOORS,
};

export const severalPlan: ModelPlan<Stage> = {
  sessions: 4,
  beginning: plainAlphabet.beginning,
  runs: 5,
  steps: 320,
  commands: (fc) => calls(fc, plainAlphabet, 4),
  floors: { ...FLOORS, "commit TRANSACTION_CONFLICT": 3 },
};

export const hostilePlan: ModelPlan<Stage> = {
  sessions: 2,
  beginning: hostileAlphabet.beginning,
  runs: 5,
  steps: 220,
  commands: (fc) => calls(fc, hostileAlphabet, 2),
  floors: {
    "look ok": 40,
    "begin ok": 12,
    "set ok": 15,
    "setMany ok": 4,
    "delete ok": 6,
    "get ok": 6,
    "getMany ok": 2,
    "keys ok": 4,
    "entries ok": 10,
    "entries ENCODING": 1,
    "iterate ok": 10,
    "together ok": 15,
    "set TypeError": 1,
    "set LIMIT": 1,
  },
};

/** For sequences that are few, as what is between them takes long. */
const LOW_FLOORS = {
  "set ok": 4,
  "delete ok": 2,
  "entries ok": 3,
  "begin ok": 3,
  "together ok": 2,
  "transaction ok": 2,
  "reopen ok": 1,
  "reopen to read ok": 1,
  "reopen all ok": 1,
};

export const reopeningPlan: ModelPlan<Stage> = {
  sessions: 3,
  beginning: plainAlphabet.beginning,
  runs: 5,
  steps: 200,
  commands: (fc) =>
    weighted<Command>(fc, [
      [30, calls(fc, plainAlphabet, 3)],
      [1, reopenings(fc, 3)],
    ]),
  floors: LOW_FLOORS,
};

/** Each crash takes a process, so they are few. */
export const crashingPlan: ModelPlan<StageInProcess> = {
  ...reopeningPlan,
  steps: 90,
  commands: (fc) =>
    weighted<Command<StageInProcess>>(fc, [
      [60, calls(fc, plainAlphabet, 3)],
      [3, reopenings(fc, 3)],
      [1, crashes(fc, plainAlphabet, 3)],
    ]),
  floors: { ...LOW_FLOORS, "crash unanswered": 2 },
};
