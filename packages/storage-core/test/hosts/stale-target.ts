import { sharedFile } from "./shared-file.ts";

export const storage = sharedFile("stale");
