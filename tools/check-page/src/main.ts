/**
 * Opens the page of a conformance report in Chromium, on a screen and on a telephone, light and dark, and looks at it: the verdicts, a row for each
 * check, a failure that can be found, text that can be read, and no request to anybody. With `--keep <folder>` pictures of it are left there, to be
 * looked at by people.
 */
import { strict as assert } from "node:assert";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Browser } from "playwright-core";
import { startBrowser } from "./browser.ts";
import { findsFailure, fits, isLegible, seesChecks, seesVerdicts } from "./looks.ts";
import { type Shown, showReport } from "./report.ts";

const SCREENS = [
  { name: "screen", viewport: { width: 1280, height: 900 } },
  { name: "telephone", viewport: { width: 390, height: 844 } },
];

const { values } = parseArgs({ options: { keep: { type: "string" } } });
const shown = await showReport();
try {
  const browser = await startBrowser();
  try {
    for (const screen of SCREENS) {
      for (const colorScheme of ["light", "dark"] as const)
        await look(browser, screen, colorScheme);
    }
  } finally {
    await browser.close();
  }
} finally {
  shown.remove();
}

async function look(
  browser: Browser,
  { name, viewport }: (typeof SCREENS)[number],
  colorScheme: "light" | "dark",
): Promise<void> {
  const { url, report }: Shown = shown;
  const page = await browser.newPage({ viewport, colorScheme });
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== url) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  await seesVerdicts(page, report);
  await seesChecks(page, report);
  await fits(page);
  await isLegible(page);
  if (values.keep !== undefined) {
    const path = join(values.keep, `${name}-${colorScheme}.png`);
    await page.screenshot({ path, fullPage: true });
  }
  await findsFailure(page);
  assert.deepEqual(complaints, [], "what the browser says");
  await page.close();
  console.log(`${name}, ${colorScheme}: verdicts, checks and a failure are there, and can be read`);
}
