export { SqliteStorage as storage } from "@caterpillar/storage-sqlite";
