/** The browser that is on this machine. None is downloaded. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PROGRAMS = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** Starts it. Throws where there is none, and says what to install. */
export async function startBrowser(): Promise<Browser> {
  const program = PROGRAMS.find((path) => path !== undefined && existsSync(path));
  if (program === undefined) {
    throw new Error(
      "there is no Chromium here; install Debian's package chromium, or name the program in the environment variable CHROMIUM",
    );
  }
  return await chromium.launch({
    executablePath: program,
    // Chromium's sandbox does not start for root, and the page is our own.
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"],
  });
}
