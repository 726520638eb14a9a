import { logFile } from "./log-file.ts";

export const storage = logFile("torn");
