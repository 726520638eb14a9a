/** CONF 09 to 12: what does not conflict, and what does although it changes nothing. */
import { type Check, group } from "../check.ts";
import { scheduled } from "../schedule.ts";

export const noConflictChecks: readonly Check[] = group("CONF", {
  "09 who wrote nothing never conflicts": scheduled(["conflict.typed", "isolation.serializable"], {
    "reads alone": `
      A begin
      A entries -> 1=10,2=20
      B clearContainer
      A get 1 -> 10
      B drop c
      A length -> 2
      A commit
      A containers -> none
    `,
    "nothing at all": "A begin; B set 1 11; A commit; A get 1 -> 11",
    "a write that was refused": `
      A begin
      A add c -> DUPLICATE_CONTAINER
      A set d/1 x -> CONTAINER_NOT_FOUND
      A drop d -> CONTAINER_NOT_FOUND
      A clearContainer d -> CONTAINER_NOT_FOUND
      B set 1 11
      A commit
      A get 1 -> 11
    `,
    "lists with nothing in them": "A begin; A setMany; A deleteMany; B set 1 11; A commit",
    "an iteration that is open": `
      A begin
      A next -> 1=10
      B set 1 11
      A commit
      A get 1 -> 11
    `,
  }),

  "10 a write that changes nothing is a write": scheduled(["conflict.typed"], {
    "a missing key is deleted": `
      A begin; A delete 9; B set 1 11; A commit -> TRANSACTION_CONFLICT
    `,
    "a value is set to what it is": `
      A begin; A set 1 10; B set 2 22; A commit -> TRANSACTION_CONFLICT; N entries -> 1=10,2=22
    `,
    "a key comes and goes": `
      A begin; A set 3 30; A delete 3; B set 1 11; A commit -> TRANSACTION_CONFLICT
    `,
    "an empty container is cleared": `
      A add d; A begin; A clearContainer d; B set 1 11; A commit -> TRANSACTION_CONFLICT
    `,
    "a container comes and goes": `
      A begin; A add d; A drop d; B set 1 11; A commit -> TRANSACTION_CONFLICT
    `,
    "no containers are cleared": `
      A drop c; A begin; A clear; B add d; A commit -> TRANSACTION_CONFLICT; N containers -> d
    `,
  }),

  "11 a commit that changes nothing is a commit": scheduled(["conflict.typed"], {
    "a missing key is deleted": `
      A begin; A set 1 11; B delete 9; A commit -> TRANSACTION_CONFLICT; N get 1 -> 10
    `,
    "a value is set to what it is": `
      A begin; A set 1 11; B set 2 20; A commit -> TRANSACTION_CONFLICT; N get 1 -> 10
    `,
    "a key comes and goes": `
      A begin; A set 1 11; B begin; B set 3 30; B delete 3; B commit; A commit -> TRANSACTION_CONFLICT
    `,
    "an empty container is cleared": `
      A add d; A begin; A set 1 11; B clearContainer d; A commit -> TRANSACTION_CONFLICT
    `,
    "a container comes and goes": `
      A begin; A set 1 11; B begin; B add d; B drop d; B commit; A commit -> TRANSACTION_CONFLICT
    `,
    "no containers are cleared": `
      A drop c; A begin; A add d; B clear; A commit -> TRANSACTION_CONFLICT; N containers -> none
    `,
  }),

  "12 without a commit in between there is no conflict": scheduled(["conflict.typed"], {
    "one after the other": `
      A begin
      A set 1 11
      A commit
      B begin
      B set 1 12
      B commit
      A begin
      A add d
      A commit
      A begin
      A drop d
      A commit
      B set 2 22
      B begin
      B set 2 23
      B commit
      N entries -> 1=12,2=23
    `,
    "others read, begin and roll back": `
      A begin
      B begin
      B set 1 12
      C begin
      C add d
      A set 1 11
      C close
      D entries -> 1=10,2=20
      D next -> 1=10
      B rollback
      E begin
      E length -> 2
      E commit
      A commit
      N entries -> 1=11,2=20
    `,
    "others are refused": `
      A begin
      A set 1 11
      B add c -> DUPLICATE_CONTAINER
      B set d/1 x -> CONTAINER_NOT_FOUND
      B begin
      B set d/1 x -> CONTAINER_NOT_FOUND
      B commit
      A commit
      N entries -> 1=11,2=20
    `,
    "the conflict of another": `
      A begin
      A set 1 11
      B set 2 22
      C begin
      C set 1 13
      A commit -> TRANSACTION_CONFLICT
      A begin
      A set 3 30
      C commit
      A commit -> TRANSACTION_CONFLICT
      N entries -> 1=13,2=22
    `,
  }),
});
