/** ISO 13 to 16: of two transactions that write from one snapshot, the first to commit is the only one. */
import { type Check, group } from "../check.ts";
import { scheduled } from "../schedule.ts";

const SERIALIZABLE = ["isolation.serializable", "conflict.typed"];

export const lostUpdateChecks: readonly Check[] = group("ISO", {
  "13 lost update (P4): read, then write": scheduled(SERIALIZABLE, {
    "two transactions": `
      A begin
      B begin
      A get 1 -> 10
      B get 1 -> 10
      A set 1 11
      A commit
      B set 1 11
      B commit -> TRANSACTION_CONFLICT
      N get 1 -> 11
      B begin
      B get 1 -> 11
      B set 1 12
      B commit
      N get 1 -> 12
    `,
    "an autocommit between": `
      A begin
      A entries -> 1=10,2=20
      B set 1 15
      A set 1 11
      A commit -> TRANSACTION_CONFLICT
      N get 1 -> 15
    `,
    "set back to what it was": `
      A begin
      A get 1 -> 10
      B set 1 15
      B set 1 10
      A set 1 11
      A commit -> TRANSACTION_CONFLICT
      N get 1 -> 10
    `,
  }),

  "14 lost update (P4): blind writes": scheduled(SERIALIZABLE, {
    "two transactions": `
      A begin
      B begin
      A set 1 11
      B set 1 12
      A commit
      B commit -> TRANSACTION_CONFLICT
      N get 1 -> 11
    `,
    "written before the other began": `
      A begin
      A set 1 11
      B begin
      B set 1 12
      B commit
      A commit -> TRANSACTION_CONFLICT
      N get 1 -> 12
    `,
    "begun before, written after": `
      A begin
      B set 1 12
      A set 1 11
      A commit -> TRANSACTION_CONFLICT
      N get 1 -> 12
    `,
    "a new key": `
      A begin
      B begin
      A setMany 3=31 4=41
      B setMany 3=32 4=42
      B commit
      A commit -> TRANSACTION_CONFLICT
      N entries -> 1=10,2=20,3=32,4=42
    `,
  }),

  "15 lost update (P4): delete against set": scheduled(SERIALIZABLE, {
    "the delete is first": `
      A begin
      B begin
      A delete 1
      B set 1 12
      A commit
      B commit -> TRANSACTION_CONFLICT
      N entries -> 2=20
    `,
    "the set is first": `
      A begin
      B begin
      A set 1 11
      B delete 1
      A commit
      B commit -> TRANSACTION_CONFLICT
      N entries -> 1=11,2=20
    `,
    "both delete": `
      A begin
      B begin
      A delete 1
      B delete 1
      A commit
      B commit -> TRANSACTION_CONFLICT
      N entries -> 2=20
    `,
    "a key that came after": `
      A begin
      B set 3 30
      A delete 3
      A commit -> TRANSACTION_CONFLICT
      N get 3 -> 30
    `,
  }),

  "16 lost update (P4): containers against items": scheduled(SERIALIZABLE, {
    "the drop is first": `
      A begin
      B begin
      A drop c
      B set 1 12
      A commit
      B commit -> TRANSACTION_CONFLICT
      N containers -> none
    `,
    "the set is first": `
      A begin
      B begin
      A drop c
      B set 1 12
      B commit
      A commit -> TRANSACTION_CONFLICT
      N entries -> 1=12,2=20
    `,
    "cleared, and set": `
      A begin
      B begin
      A clearContainer
      B set 3 30
      A commit
      B commit -> TRANSACTION_CONFLICT
      N entries -> none
    `,
    "both create one": `
      A begin
      B begin
      A add d
      A set d/1 a
      B add d
      B set d/1 b
      A commit
      B commit -> TRANSACTION_CONFLICT
      N entries d -> 1=a
    `,
    "dropped and made anew under a writer": `
      A begin
      A set 1 11
      B begin
      B drop c
      B add c
      B commit
      A commit -> TRANSACTION_CONFLICT
      N entries -> none
    `,
    "both clear all": `
      A begin
      B begin
      A clear
      B clear
      A add d
      A commit
      B commit -> TRANSACTION_CONFLICT
      N containers -> d
    `,
  }),
});
