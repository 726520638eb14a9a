/**
 * The contract, clause by clause: what every driver must do, each said once. `docs/contract.md` is made of these, with the
 * checks that test each. An id never changes its meaning; a clause that changes its meaning gets a new id.
 */

/** A theme of the contract, and its clauses: id and sentence. */
export interface Theme {
  readonly title: string;
  readonly clauses: Readonly<Record<string, string>>;
}

export const themes: readonly Theme[] = [
  {
    title: "Opening",
    clauses: {
      "open.missing":
        "Opening what does not exist, without `create`, is a `StorageNotFoundError`, and leaves nothing on the disk.",
      "open.create":
        "`create: true` makes a new, empty storage; where anything exists already it is a `DuplicateStorageError`, and what exists is untouched. Of several that create at once, exactly one succeeds.",
      "open.if-missing": '`create: "if-missing"` opens what exists and creates what does not.',
      "open.options":
        "`readonly` together with `create`, and options that do not exist, are a `TypeError`.",
      "open.foreign":
        "What is not a storage of this driver (junk, an empty file, a folder, another program's file) is refused with a typed error, and not a byte of it changes.",
      "open.version": "A storage of a newer format version is a `StorageVersionError`, untouched.",
      "open.alias":
        "All names of one path (relative, with a trailing slash, through a symbolic link) are one storage.",
      "open.path": "A path may hold any characters that the file system takes.",
      "open.release": "A failed open keeps no file open and no lock.",
      "open.files":
        "A storage is made of the files that its driver's facts name, and of no others; it does without those that they call expendable.",
    },
  },
  {
    title: "Read-only storages",
    clauses: {
      "readonly.refuse":
        "A storage opened with `readonly` refuses every write with a `StorageReadonlyError`, and nothing changes.",
      "readonly.read":
        "A read-only storage reads like any other: it sees what others commit, and a transaction's snapshot is fixed.",
      "readonly.media":
        "A read-only storage needs no permission to write, neither to the file nor to its folder.",
    },
  },
  {
    title: "Names, keys and values",
    clauses: {
      "names.any":
        "A container's name is any well-formed Unicode string of 1 to 512 bytes of UTF-8, taken as it is: case-sensitive, never trimmed, folded or normalised, whatever characters it has.",
      "names.reserved":
        "Containers whose names begin with `bh_` belong to interfaces: anybody reads them, and writing to them, adding or deleting one is a `ReservedNameError` to all but their owner.",
      "names.limit":
        "A name that is empty or too long is a `StorageLimitError`; one that is no well-formed string is a `TypeError`.",
      "keys.any":
        "A key is any well-formed Unicode string of 0 to 1,024 bytes of UTF-8, taken as it is; the empty key, NUL and `__proto__` are keys like others.",
      "keys.limit": "A longer key is a `StorageLimitError`, and nothing is written.",
      "values.round-trip":
        "A value is a string or bytes, and comes back as it was set: empty, with NULs, of 16 MiB. Text and bytes are read as each other by way of UTF-8.",
      "values.coerce":
        "Keys and values given as number, bigint or boolean are turned into text with `String()`.",
      "values.refuse":
        "`null`, `undefined`, objects, functions, symbols and strings with lone surrogates are a `TypeError`, and nothing is written.",
      "values.text":
        "Bytes that are not UTF-8 cannot be read as text: a `StorageEncodingError` that names the read to use instead.",
      "values.alias":
        "A caller's buffer is never kept, and a buffer that was handed out is the caller's own.",
    },
  },
  {
    title: "Containers",
    clauses: {
      "containers.duplicate":
        "`addContainer` of an existing one is a `DuplicateContainerError`, and its items are untouched.",
      "containers.missing":
        "Any operation on a missing container is a `ContainerNotFoundError`, also with an empty list of items.",
      "containers.delete":
        "A deleted container is gone with its items; one that is added again is empty.",
      "containers.clear":
        "`clearContainer` removes the items and keeps the container; `clear` removes all containers.",
      "containers.independent":
        "Containers share nothing, whatever their names have in common. Five hundred are no problem.",
      "containers.transactional":
        "Containers are created, cleared and deleted inside transactions like any other write, and roll back with it.",
      "containers.list": "`listContainers` answers all names, in order.",
    },
  },
  {
    title: "Items",
    clauses: {
      "items.missing": "A missing key reads as `undefined`.",
      "items.overwrite":
        "A set replaces what was there; a delete removes it; the last one of a transaction holds.",
      "items.delete-missing": "Deleting a missing key is silent.",
      "items.many":
        "`getContainerItems` answers every key asked for, in the order asked, duplicates included, `undefined` where missing; no keys, no answers.",
      "items.set-many":
        "`setContainerItems` takes a Map, an object or any iterable of pairs, async ones too, of any size, and the last duplicate wins.",
      "items.all-or-nothing":
        "`setContainerItems` is all or nothing: a refused item or an iterable that throws leaves nothing written.",
      "items.count": "`getContainerLen` is exact.",
      "items.update":
        "`update` reads an item and writes it, or deletes it, in one atomic step, however many callers do so at once; one whose function fails writes nothing.",
    },
  },
  {
    title: "Iteration",
    clauses: {
      "iteration.complete": "An iteration visits every entry of its range once, and nothing else.",
      "iteration.order":
        "Containers, keys and entries come in ascending order of their UTF-8 bytes, or descending with `reverse`.",
      "iteration.range":
        "Ranges are `gt`, `gte`, `lt`, `lte`, `prefix`, `reverse` and `limit`, which all hold together.",
      "iteration.snapshot":
        "An iteration shows the state as of its first `next()`, with the transaction's own writes up to then, and no later write of anybody, its own loop's included.",
      "iteration.list":
        "`list` answers what an iteration of the range would visit, all of it as of one moment.",
      "iteration.pages": "An iteration never holds more than a page in memory.",
      "iteration.release":
        "An iteration blocks nobody, also when it is left open, and lets go on `break`, `return`, `throw`, commit, rollback and close.",
    },
  },
  {
    title: "Transactions",
    clauses: {
      "transaction.state":
        "Begin twice, commit or rollback without begin are a `TransactionStateError`, and an open transaction is untouched.",
      "transaction.own":
        "Reads see the snapshot plus own writes: point reads, many-reads, iteration, counts and container lists alike.",
      "transaction.commit": "`commit` applies everything in one atomic step, over all containers.",
      "transaction.rollback": "`rollback` drops everything.",
      "transaction.usable":
        "An operation that fails leaves the transaction usable, with nothing of that operation in it.",
      "transaction.finished":
        "Use of a finished transaction is a `TransactionStateError`, never a silent autocommit; the storage is ready for the next.",
      "transaction.in-flight": "Commit, rollback and close wait for the calls in flight.",
      "transaction.function":
        "`transaction(fn)` runs `fn` on a transaction of its own, commits when it resolves, and rolls back and rejects when it rejects.",
      "transaction.queue":
        "In one thread, `transaction(fn)` calls run one after another, first come first served, together with autocommits, and do not conflict with each other.",
      "transaction.retry":
        "Where somebody commits in between, `fn` runs again on a fresh snapshot, with the next `attempt`, at most `retries` times.",
      "transaction.timeout":
        "A call whose turn does not come within its `timeout` is a retryable `StorageBusyError`; an aborted `signal` ends the wait.",
      "transaction.inside":
        "Inside `fn`, a write or a `transaction()` on the storage itself is a `TransactionStateError` at once; reads there see the committed state.",
      "transaction.readonly":
        "A transaction with `readonly` refuses writes, waits for nobody and never conflicts.",
    },
  },
  {
    title: "Isolation",
    clauses: {
      "isolation.begin":
        "`begin` pins the snapshot before it resolves, not at the first read; all reads of the transaction use that one snapshot.",
      "isolation.uncommitted": "Nobody sees what is not committed.",
      "isolation.serializable":
        "Committed transactions are strictly serializable: all see one order, and it is that of real time.",
      "isolation.recency":
        "What was committed before a read or a `begin` was called is seen by it.",
      "isolation.atomic": "A commit becomes visible all at once.",
      "isolation.wait": "Readers never wait for writers, nor writers for readers.",
    },
  },
  {
    title: "Conflicts",
    clauses: {
      "conflict.typed":
        "A transaction that wrote, and whose snapshot is no longer the newest at commit, gets a retryable `TransactionConflictError`, and writes nothing.",
      "conflict.reusable": "After a conflict the storage is ready for the next `begin`.",
      "conflict.lock":
        "No lock is held while user code runs: an open transaction keeps nobody from committing.",
    },
  },
  {
    title: "Calls outside of transactions, and concurrency",
    clauses: {
      "autocommit.atomic":
        "Outside a transaction every call is atomic by itself, and sees the newest state.",
      "autocommit.group":
        "Calls made while a commit is in flight share the next one, each succeeding or failing on its own.",
      "calls.order":
        "Any number of calls may be in flight on one storage; they take effect in call order.",
      "storages.shared": "Any number of storages may be open on one path in one thread.",
      "loop.alive":
        "The event loop is never blocked: not by waiting, not by a large commit, not by a loop of awaits.",
    },
  },
  {
    title: "Closing",
    clauses: {
      "close.rollback": "`close` rolls an open transaction back, and waits for what is in flight.",
      "close.idempotent": "`close` may be called again; `await using` calls it.",
      "close.closed": "Every other call after `close` is a `StorageClosedError`.",
      "close.reopen": "What was committed is there when the storage is opened again.",
      "close.exit": "A storage that is left open does not keep the process from exiting.",
    },
  },
  {
    title: "Durability and sharing",
    clauses: {
      "durability.declared":
        "A commit that has resolved survives what was declared at `open`: the loss of power, or the death of the process.",
      "durability.kill":
        "Killed at any instant, a storage opens again with every acknowledged commit in it, and no part of any other.",
      "durability.visible": "What others can see is durable already.",
      "sharing.processes":
        "Threads and processes share a storage as the driver's facts declare. Where they declare that it is not shared, a second opener gets a `StorageLockedError` at once, and nothing is damaged.",
    },
  },
  {
    title: "What a driver says of itself",
    clauses: {
      "facts.complete":
        "A driver's facts are complete: where its storages are, who shares them, what a commit survives, how it opens read-only, and which files there are. They do not contradict each other.",
    },
  },
  {
    title: "When the machine fails",
    clauses: {
      "faults.commit":
        "A commit for which there is no room, or that cannot be synced, rejects with a `StorageIOError` whose cause tells why. Nobody reads anything of it, and reads go on. One that could not be synced may be there, whole, when the storage is opened again.",
      "faults.kept":
        "What was acknowledged before and after a failure is there. A driver that cannot promise that refuses all further commits, with a `StorageIOError`, until the storage was closed by all who have it and is opened again.",
      "faults.room":
        "When there is room again, commits are taken again; at the latest when the storage was closed and opened.",
      "faults.open":
        "A storage that cannot be opened or created for want of room, handles or permission is a `StorageIOError` that names the path, and changes nothing. When that is over it can be opened.",
      "faults.moved":
        "A storage whose file or folder was moved, removed or replaced while it is open acknowledges no commit any more: each fails. What it reads is its own, or fails.",
      "faults.place":
        "What has come to the place of such a storage is left alone, and the storage itself is whole when it is put back.",
      "damage.typed":
        "Where a file of a storage begins with garbage, is cut off, empty, missing or another storage's, opening or reading it fails with an error that tells of that, or shows what was there after one of its commits. Nothing is made up, and the process goes on. That single bytes are others than they were is found out where the engine has checksums.",
      "resources.released":
        "What storages, transactions and iterations need of the system (handles, threads, memory) is given back when they end.",
      "resources.space": "Room that was taken for what no snapshot shows any more is used again.",
    },
  },
  {
    title: "Errors",
    clauses: {
      "errors.typed":
        "Every failure is a `StorageError` with a stable `code`, `retryable`, and the engine's error as `cause`; misuse of types is a `TypeError`.",
      "errors.private": "A message never carries stored values.",
      "errors.async": "A method that answers a promise never throws; it rejects.",
    },
  },
];

/** Why a clause has no check in the kit, where it has none. */
export const unchecked: Readonly<Record<string, string>> = {};

/** All clauses by id. */
export const clauses: ReadonlyMap<string, string> = new Map(
  themes.flatMap((theme) => Object.entries(theme.clauses)),
);
