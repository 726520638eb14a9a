/** ISO 09 to 12: what others add and remove does not show in a transaction, and is not overwritten by it. */
import { type Check, group } from "../check.ts";
import { scheduled } from "../schedule.ts";

const FIXED = ["isolation.begin", "isolation.serializable"];

export const phantomChecks: readonly Check[] = group("ISO", {
  "09 predicate-many-preceders: keys": scheduled(FIXED, {
    "a new key": `
      A begin
      A keys -> 1,2
      B set 3 30
      A keys -> 1,2
      A entries -> 1=10,2=20
      A get 3 -> missing
      A has 3 -> no
      A getMany 3 1 -> missing,10
      A commit
      A keys -> 1,2,3
    `,
    "a key that goes": `
      A begin
      A keys -> 1,2
      B begin
      B delete 1
      B commit
      A keys -> 1,2
      A entries -> 1=10,2=20
      A get 1 -> 10
      A has 1 -> yes
      A getMany 1 2 -> 10,20
      A commit
      A keys -> 2
    `,
    "all keys go, others come": `
      A begin
      A entries -> 1=10,2=20
      B begin
      B clearContainer
      B set 0 0
      B commit
      A entries -> 1=10,2=20
      A getMany 0 1 -> missing,10
      A commit
      A entries -> 0=0
    `,
    "during an iteration": `
      A begin
      A next -> 1=10
      B setMany 0=0 11=11 2=22 3=30
      A next -> 2=20
      A next -> end
      A commit
      A entries -> 0=0,1=10,11=11,2=22,3=30
    `,
  }),

  "10 predicate-many-preceders: length": scheduled(FIXED, {
    "a new key": `
      A begin
      A length -> 2
      B set 3 30
      A length -> 2
      A commit
      A length -> 3
    `,
    "keys that go": `
      A begin
      A length -> 2
      B deleteMany 1 2
      A length -> 2
      A commit
      A length -> 0
    `,
    "a cleared container, and own writes": `
      A begin
      B clearContainer
      A set 3 30
      A delete 1
      A length -> 2
      A rollback
      A length -> 0
    `,
  }),

  "11 predicate-many-preceders: containers": scheduled(FIXED, {
    "a new container": `
      A begin
      A containers -> c
      B add d
      B set d/1 x
      A containers -> c
      A hasContainer d -> no
      A get d/1 -> CONTAINER_NOT_FOUND
      A length d -> CONTAINER_NOT_FOUND
      A entries d -> CONTAINER_NOT_FOUND
      A commit
      A containers -> c,d
      A get d/1 -> x
    `,
    "a container that goes": `
      A begin
      A containers -> c
      B drop c
      A containers -> c
      A hasContainer c -> yes
      A get 1 -> 10
      A entries -> 1=10,2=20
      A length -> 2
      A commit
      A containers -> none
      A get 1 -> CONTAINER_NOT_FOUND
    `,
    "another container of the same name": `
      A begin
      B begin
      B drop c
      B add c
      B set 1 x
      B commit
      A get 1 -> 10
      A entries -> 1=10,2=20
      A length -> 2
      A commit
      A entries -> 1=x
    `,
    "all containers go": `
      A begin
      B clear
      A containers -> c
      A entries -> 1=10,2=20
      A commit
      A containers -> none
    `,
  }),

  "12 predicate-many-preceders: write": scheduled(["conflict.typed", "isolation.serializable"], {
    "clear what has grown": `
      A begin
      A keys -> 1,2
      B set 3 30
      A clearContainer
      A commit -> TRANSACTION_CONFLICT
      N keys -> 1,2,3
    `,
    "delete what was seen, after one was deleted": `
      A begin
      A keys -> 1,2
      B delete 1
      A deleteMany 1 2
      A commit -> TRANSACTION_CONFLICT
      N keys -> 2
    `,
    "drop what has grown": `
      A begin
      B set 3 30
      A drop c
      A commit -> TRANSACTION_CONFLICT
      N keys -> 1,2,3
    `,
    "clear all, after a container came": `
      A begin
      A containers -> c
      B add d
      A clear
      A commit -> TRANSACTION_CONFLICT
      N containers -> c,d
    `,
    "write what was cleared": `
      A begin
      A keys -> 1,2
      B clearContainer
      A set 3 30
      A commit -> TRANSACTION_CONFLICT
      N keys -> none
    `,
  }),
});
