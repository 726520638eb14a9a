/** ISO: what transactions see of each other. Here: what is not committed (01 to 03), and what was just committed (21 to 23). */
import { type Check, group } from "../check.ts";
import { scheduled } from "../schedule.ts";
import { anomalyChecks } from "./anomalies.ts";
import { fairnessChecks } from "./fairness.ts";
import { lostUpdateChecks } from "./lost-updates.ts";
import { neverWaitingChecks } from "./never-waiting.ts";
import { phantomChecks } from "./phantoms.ts";
import { readSkewChecks } from "./read-skew.ts";
import { visibilityChecks } from "./visibility.ts";

/** Everything that can be written, and is not committed. */
const WRITES = `
  A begin
  A set 1 11
  A set 3 30
  A delete 2
  A add d
  A set d/1 x
`;

/** None of it shows, by whatever read. */
const unseenBy = (session: string): string =>
  `
  S get 1 -> 10
  S get 3 -> missing
  S has 2 -> yes
  S getMany 3 2 1 -> missing,20,10
  S keys -> 1,2
  S entries -> 1=10,2=20
  S length -> 2
  S containers -> c
  S hasContainer d -> no
  S get d/1 -> CONTAINER_NOT_FOUND
  S length d -> CONTAINER_NOT_FOUND
`.replaceAll("S ", `${session} `);

/** Every kind of commit, and each read that must see it at once; `S` is whose reads they are. */
const COMMITS: readonly (readonly [commit: string, reads: string])[] = [
  ["B set 1 11", "S get 1 -> 11; S getMany 2 1 -> 20,11; S entries -> 1=11,2=20"],
  ["B begin; B set 3 30; B commit", "S has 3 -> yes; S length -> 3; S keys -> 1,2,3"],
  ["B delete 2", "S get 2 -> missing; S has 2 -> no; S length -> 2; S keys -> 1,3"],
  ["B clearContainer", "S length -> 0; S entries -> none; S getMany 1 3 -> missing,missing"],
  ["B add d; B set d/1 x", "S containers -> c,d; S hasContainer d -> yes; S entries d -> 1=x"],
  [
    "B begin; B drop c; B add c; B set 1 y; B commit",
    "S get 1 -> y; S entries -> 1=y; S containers -> c,d",
  ],
  ["B drop d", "S containers -> c; S hasContainer d -> no; S get d/1 -> CONTAINER_NOT_FOUND"],
];

/** After each commit, what the other does with its reads. */
const afterEach = (use: (reads: string, index: number) => string): string =>
  COMMITS.map(([commit, reads], i) => `${commit}; ${use(reads, i)}`).join("; ");

const by = (session: string, reads: string): string => reads.replaceAll("S ", `${session} `);

const RECENT = ["isolation.recency", "isolation.serializable"];

const basicChecks: readonly Check[] = group("ISO", {
  "01 sessions do not see what is not committed": scheduled(["isolation.uncommitted"], {
    "they were there before": `
      B begin
      C get 1 -> 10
      ${WRITES}
      ${unseenBy("B")}
      ${unseenBy("C")}
      B commit
      A commit
      C entries -> 1=11,3=30
      C entries d -> 1=x
    `,
    "they begin in between": `
      B open
      ${WRITES}
      B begin
      ${unseenBy("B")}
      A commit
      ${unseenBy("B")}
      B commit
      B entries -> 1=11,3=30
    `,
    "all is cleared": `
      B open
      A begin
      A clear
      B begin
      ${unseenBy("B")}
      A rollback
    `,
    "a container is dropped": `
      B open
      A begin
      A clearContainer
      A drop c
      ${unseenBy("B")}
      A rollback
      ${unseenBy("A")}
    `,
  }),

  "02 sessions opened now do not see what is not committed": scheduled(["isolation.uncommitted"], {
    "read at once": `
      ${WRITES}
      B open
      ${unseenBy("B")}
      A rollback
      ${unseenBy("B")}
    `,
    begun: `
      ${WRITES}
      B begin
      ${unseenBy("B")}
      A commit
      ${unseenBy("B")}
      C entries -> 1=11,3=30
    `,
    "a container is dropped": `
      A begin
      A drop c
      B open
      ${unseenBy("B")}
      A commit
      B get 1 -> CONTAINER_NOT_FOUND
    `,
  }),

  "03 each session has a transaction of its own": scheduled(
    ["storages.shared", "transaction.state", "isolation.uncommitted", "autocommit.atomic"],
    {
      "begun by one": `
        A begin
        B commit -> TRANSACTION_STATE
        B rollback -> TRANSACTION_STATE
        A set 1 11
        B set 2 22
        C entries -> 1=10,2=22
        A rollback
        C entries -> 1=10,2=22
      `,
      "ended by one": `
        A begin
        B begin
        A set 1 11
        B get 1 -> 10
        A commit
        A rollback -> TRANSACTION_STATE
        B begin -> TRANSACTION_STATE
        B get 1 -> 10
        B set 2 22
        B get 2 -> 22
        A get 2 -> 20
        B rollback
        B entries -> 1=11,2=20
      `,
      "closed by one": `
        A begin
        A set 1 11
        B begin
        B set 1 12
        B close
        A get 1 -> 11
        A commit
        N get 1 -> 11
      `,
    },
  ),

  "21 an idle session sees what was committed": scheduled(RECENT, {
    reads: `A open; ${afterEach((reads) => by("A", reads))}`,
    transactions: `A open; ${afterEach((reads) => `A begin; ${by("A", reads)}; A commit`)}`,
    "a begun transaction beside it": `
      C begin
      A open
      ${afterEach((reads) => by("A", reads))}
      C entries -> 1=10,2=20
    `,
  }),

  "22 a session opened now sees what was committed": scheduled(RECENT, {
    reads: `B open; ${afterEach((reads, i) => by(`N${i}`, reads))}`,
    transactions: `B open; ${afterEach((reads, i) => `N${i} begin; ${by(`N${i}`, reads)}`)}`,
    "others are closed": `B open; ${afterEach((reads, i) => `${by(`N${i}`, reads)}; N${i} close`)}`,
  }),

  "23 what a session has read before does not keep it from seeing what was committed": scheduled(
    RECENT,
    {
      "reads, again and again": `
        A getMany 1 2 -> 10,20
        A get 1 -> 10
        A get 1 -> 10
        A has 2 -> yes
        A length -> 2
        A entries -> 1=10,2=20
        A containers -> c
        ${afterEach((reads) => `${by("A", reads)}; ${by("A", reads)}`)}
      `,
      "a transaction, and another": `
        A begin
        A entries -> 1=10,2=20
        A containers -> c
        ${afterEach((reads) => `A rollback; ${by("A", reads)}; A begin; ${by("A", reads)}`)}
      `,
      "its own writes": `
        A set 1 11
        A get 1 -> 11
        B set 1 12
        A get 1 -> 12
        A begin
        A set 1 13
        A rollback
        A get 1 -> 12
        B set 1 14
        A begin
        A get 1 -> 14
        A set 1 15
        A commit
        B get 1 -> 15
      `,
    },
  ),
});

export const isolationChecks: readonly Check[] = [
  ...basicChecks,
  ...anomalyChecks,
  ...phantomChecks,
  ...lostUpdateChecks,
  ...readSkewChecks,
  ...visibilityChecks,
  ...neverWaitingChecks,
  ...fairnessChecks,
].sort((a, b) => (a.id < b.id ? -1 : 1));
