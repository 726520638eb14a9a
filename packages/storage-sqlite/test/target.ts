import Sqlite from "better-sqlite3";

export { SqliteStorage as storage } from "@caterpillar/storage-sqlite";

function change(path: string, sql: string): void {
  const db = new Sqlite(path);
  db.exec(sql);
  db.close();
}

export function newerFormat(path: string): void {
  change(path, "PRAGMA user_version = 2");
}

export function anotherProgram(path: string): void {
  change(path, "PRAGMA journal_mode = WAL; CREATE TABLE containers (id INTEGER PRIMARY KEY, name)");
}
