/** ISO 04 to 08 and 26 to 28: the anomalies that the literature names, each as a schedule with its one outcome. */
import { type Check, group } from "../check.ts";
import { scheduled } from "../schedule.ts";

const SERIALIZABLE = ["isolation.serializable", "conflict.typed"];
const FIXED = ["isolation.begin", "isolation.serializable"];

export const anomalyChecks: readonly Check[] = group("ISO", {
  "04 dirty write (G0)": scheduled(SERIALIZABLE, {
    "the writes of two are not mixed": `
      A begin
      B begin
      A set 1 11
      B set 1 12
      A set 2 21
      A commit
      B set 2 22
      B commit -> TRANSACTION_CONFLICT
      N entries -> 1=11,2=21
    `,
    "one within the other": `
      A begin
      A set 1 11
      B begin
      B set 1 12
      B set 2 22
      B commit
      A set 2 21
      A commit -> TRANSACTION_CONFLICT
      N entries -> 1=12,2=22
    `,
    "an autocommit within": `
      A begin
      A set 1 11
      B setMany 1=12 2=22
      A set 2 21
      A commit -> TRANSACTION_CONFLICT
      N entries -> 1=12,2=22
    `,
  }),

  "05 aborted read (G1a)": scheduled(["isolation.uncommitted", "transaction.rollback"], {
    rollback: `
      A begin
      A set 1 101
      B begin
      B get 1 -> 10
      A rollback
      B get 1 -> 10
      B commit
      B get 1 -> 10
      N get 1 -> 10
    `,
    close: `
      A begin
      A set 1 101
      A add d
      B get 1 -> 10
      A close
      B get 1 -> 10
      B containers -> c
      N begin
      N get 1 -> 10
    `,
    conflict: `
      A begin
      A set 1 101
      B set 2 22
      A commit -> TRANSACTION_CONFLICT
      A get 1 -> 10
      B get 1 -> 10
      N get 1 -> 10
    `,
  }),

  "06 intermediate read (G1b)": scheduled(["isolation.uncommitted", "isolation.begin"], {
    "a value that was set again": `
      A begin
      A set 1 101
      B begin
      B get 1 -> 10
      C get 1 -> 10
      A set 1 11
      A commit
      B get 1 -> 10
      B commit
      B get 1 -> 11
      C get 1 -> 11
    `,
    "a key that came and went": `
      A begin
      A set 3 30
      C keys -> 1,2
      A delete 3
      C length -> 2
      A set 1 11
      A commit
      C entries -> 1=11,2=20
    `,
    "a container that was empty for a while": `
      A begin
      A clearContainer
      C entries -> 1=10,2=20
      A set 1 11
      C length -> 2
      A commit
      C entries -> 1=11
    `,
  }),

  "07 circular information flow (G1c)": scheduled(["isolation.uncommitted", ...SERIALIZABLE], {
    "both commit": `
      A begin
      B begin
      A set 1 11
      B set 2 22
      A get 2 -> 20
      B get 1 -> 10
      A commit
      B get 1 -> 10
      B commit -> TRANSACTION_CONFLICT
      N entries -> 1=11,2=20
    `,
    "the first rolls back": `
      A begin
      B begin
      A set 1 11
      B set 2 22
      A get 2 -> 20
      B get 1 -> 10
      A rollback
      B get 1 -> 10
      B commit
      N entries -> 1=10,2=22
    `,
  }),

  "08 observed transaction vanishes (OTV)": scheduled(FIXED, {
    "begun between the two": `
      A begin
      A setMany 1=11 2=19
      A commit
      C begin
      C get 1 -> 11
      B begin
      B setMany 1=12 2=18
      B commit
      C get 2 -> 19
      C get 1 -> 11
      C commit
      C entries -> 1=12,2=18
    `,
    "begun before both": `
      C begin
      A setMany 1=11 2=19
      C get 1 -> 10
      B setMany 1=12 2=18
      C get 2 -> 20
      C get 1 -> 10
      C commit
      C entries -> 1=12,2=18
    `,
    "the second is refused": `
      A begin
      B begin
      A setMany 1=11 2=19
      B setMany 1=12 2=18
      A commit
      C begin
      C get 1 -> 11
      B commit -> TRANSACTION_CONFLICT
      C get 2 -> 19
      C get 1 -> 11
      C commit
      C entries -> 1=11,2=19
    `,
  }),

  "26 write skew (G2-item)": scheduled(SERIALIZABLE, {
    "two keys": `
      A begin
      B begin
      A getMany 1 2 -> 10,20
      B getMany 1 2 -> 10,20
      A set 1 11
      B set 2 22
      A commit
      B commit -> TRANSACTION_CONFLICT
      N entries -> 1=11,2=20
    `,
    "one deletes": `
      A begin
      B begin
      A get 2 -> 20
      B get 1 -> 10
      A set 1 11
      B delete 2
      B commit
      A commit -> TRANSACTION_CONFLICT
      N entries -> 1=10
    `,
    "an autocommit": `
      A begin
      A get 2 -> 20
      A set 1 11
      B delete 2
      A commit -> TRANSACTION_CONFLICT
      N entries -> 1=10
    `,
  }),

  "27 write skew over a predicate (G2)": scheduled(SERIALIZABLE, {
    "two iterate, and add a key each": `
      A begin
      B begin
      A entries -> 1=10,2=20
      B entries -> 1=10,2=20
      A set 3 30
      B set 4 40
      A commit
      B commit -> TRANSACTION_CONFLICT
      N keys -> 1,2,3
    `,
    "two count, and delete a key each": `
      A begin
      B begin
      A length -> 2
      B length -> 2
      A delete 1
      B delete 2
      A commit
      B commit -> TRANSACTION_CONFLICT
      N keys -> 2
    `,
    "two look for a key that is missing": `
      A begin
      B begin
      A get 4 -> missing
      B has 3 -> no
      A set 3 30
      B set 4 40
      B commit
      A commit -> TRANSACTION_CONFLICT
      N keys -> 1,2,4
    `,
    "two list the containers, and create one each": `
      A begin
      B begin
      A containers -> c
      B containers -> c
      A add d
      B add e
      A commit
      B commit -> TRANSACTION_CONFLICT
      N containers -> c,d
    `,
  }),

  "28 read-only transaction anomaly": scheduled(SERIALIZABLE, {
    "two keys": `
      B begin
      B getMany 1 2 -> 10,20
      A begin
      A get 2 -> 20
      A set 2 40
      A commit
      C begin
      C getMany 1 2 -> 10,40
      C commit
      B set 1 -1
      B commit -> TRANSACTION_CONFLICT
      N entries -> 1=10,2=40
    `,
    "two containers": `
      A add d
      A set d/2 20
      B begin
      B get 1 -> 10
      B get d/2 -> 20
      A begin
      A set d/2 40
      A commit
      C begin
      C get 1 -> 10
      C get d/2 -> 40
      C commit
      B set 1 -1
      B commit -> TRANSACTION_CONFLICT
      N get 1 -> 10
      N get d/2 -> 40
    `,
  }),
});
