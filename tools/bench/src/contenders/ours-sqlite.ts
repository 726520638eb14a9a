import { SqliteStorage } from "@caterpillar/storage-sqlite";
import type { Contender } from "../contender.ts";
import { ours } from "./ours.ts";

const about = { packages: ["better-sqlite3"], notes: {} };

export const oursSqlite: Contender = ours("sqlite", "SQLite", SqliteStorage, about);

export const oursSqliteWorker: Contender = ours("sqlite", "SQLite", SqliteStorage, about, {
  name: "worker",
  title: "in a worker",
  options: { worker: true },
});
