import { SqliteStorage } from "@caterpillar/storage-sqlite";
import type { Contender } from "../contender.ts";
import { ours } from "./ours.ts";

export const oursSqlite: Contender = ours("sqlite", "SQLite", SqliteStorage, {
  packages: ["better-sqlite3"],
  notes: {},
});
