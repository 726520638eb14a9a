export { MemoryStorage as storage } from "@caterpillar/storage-core/memory";
