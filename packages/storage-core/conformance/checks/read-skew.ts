/** ISO 17 to 20: all reads of a transaction, of whatever kind, are of the snapshot that `begin` has pinned. */
import { type Check, group } from "../check.ts";
import { scheduled } from "../schedule.ts";

const SERIALIZABLE = ["isolation.serializable", "conflict.typed"];
const FIXED = ["isolation.begin", "isolation.serializable"];

export const readSkewChecks: readonly Check[] = group("ISO", {
  "17 read skew (G-single): point reads": scheduled(FIXED, {
    "a transaction between": `
      A begin
      A get 1 -> 10
      B begin
      B set 1 12
      B set 2 18
      B commit
      A get 2 -> 20
      A get 1 -> 10
      A getMany 1 2 -> 10,20
      A commit
      A getMany 1 2 -> 12,18
    `,
    "autocommits between": `
      A begin
      A get 1 -> 10
      B set 1 12
      A getMany 2 1 -> 20,10
      B delete 2
      A has 2 -> yes
      A get 2 -> 20
      A commit
      A getMany 1 2 -> 12,missing
    `,
    "two containers": `
      A begin
      A get 1 -> 10
      B begin
      B add d
      B set d/1 x
      B set 1 12
      B commit
      A get d/1 -> CONTAINER_NOT_FOUND
      A get 1 -> 10
      A commit
      A get d/1 -> x
    `,
  }),

  "18 read skew (G-single): iteration and point reads": scheduled(FIXED, {
    "iterate, then read": `
      A begin
      A entries -> 1=10,2=20
      B setMany 1=12 2=18 3=30
      A get 2 -> 20
      A get 3 -> missing
      A length -> 2
      A commit
      A entries -> 1=12,2=18,3=30
    `,
    "read, then iterate": `
      A begin
      A get 1 -> 10
      B setMany 1=12 2=18 3=30
      A entries -> 1=10,2=20
      A keys -> 1,2
      A commit
      A keys -> 1,2,3
    `,
    "read within an iteration": `
      A begin
      A next -> 1=10
      B setMany 1=12 2=18
      A get 2 -> 20
      A next -> 2=20
      A next -> end
      A next -> 1=10
      A next -> 2=20
      A commit
    `,
  }),

  "19 read skew (G-single), then a write": scheduled(SERIALIZABLE, {
    "of what was changed": `
      A begin
      A get 1 -> 10
      B setMany 1=12 2=18
      A get 2 -> 20
      A set 2 21
      A commit -> TRANSACTION_CONFLICT
      N entries -> 1=12,2=18
    `,
    "of another key": `
      A begin
      A entries -> 1=10,2=20
      B setMany 1=12 2=18
      A set 3 30
      A commit -> TRANSACTION_CONFLICT
      N entries -> 1=12,2=18
    `,
    "of another container": `
      A begin
      A length -> 2
      B delete 1
      A add d
      A commit -> TRANSACTION_CONFLICT
      N containers -> c
    `,
  }),

  "20 begin fixes the snapshot (G-SIa)": scheduled(["isolation.begin"], {
    get: "A begin; B set 1 12; A get 1 -> 10; C begin; C get 1 -> 12",
    getMany: "A begin; B setMany 1=12 3=30; A getMany 1 3 -> 10,missing",
    has: "A begin; B delete 1; A has 1 -> yes",
    entries: "A begin; B setMany 1=12 3=30; A entries -> 1=10,2=20",
    keys: "A begin; B clearContainer; A keys -> 1,2",
    length: "A begin; B set 3 30; A length -> 2",
    containers: "A begin; B add d; A containers -> c",
    hasContainer: "A begin; B drop c; A hasContainer c -> yes; A get 1 -> 10",
    "after a commit": "A begin; B begin; B set 1 12; B commit; A get 1 -> 10",
    "after many": "A begin; B set 1 11; B set 1 12; B drop c; B add c; A get 1 -> 10",
    "another container of the name": `
      A begin
      B drop c
      B add c
      B set 1 x
      A entries -> 1=10,2=20
    `,
    "a write first": `
      A begin
      B setMany 1=12 2=18
      A set 2 21
      A get 1 -> 10
      A entries -> 1=10,2=21
      A commit -> TRANSACTION_CONFLICT
    `,
  }),
});
