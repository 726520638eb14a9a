/** What there is to see on the page of a report, asked of a browser that shows it. */
import { strict as assert } from "node:assert";
import type { Report } from "@caterpillar/storage-core/conformance";
import type { Page } from "playwright-core";

/** WCAG 2.2, criterion 1.4.3, for text of ordinary size. */
const LEAST_CONTRAST = 4.5;

/** Each driver has a card with its verdict, and nothing else is called one. */
export async function seesVerdicts(page: Page, { drivers }: Report): Promise<void> {
  const cards = await page
    .locator(".drivers article")
    .evaluateAll((articles) =>
      articles.map((article) => [
        article.querySelector("h2")?.textContent,
        article.querySelector(".verdict")?.textContent,
      ]),
    );
  assert.deepEqual(
    cards,
    drivers.map(({ name, verdict }) => [name, verdict]),
  );
}

/** Each check that was run is a row, with a sign for each result. */
export async function seesChecks(page: Page, { drivers }: Report): Promise<void> {
  const ids = new Set(drivers.flatMap(({ results }) => results.map(({ id }) => id)));
  const rows = page.locator("tbody tr:has(th[scope=row])");
  assert.equal(await rows.count(), ids.size, "rows of checks");
  const signs = await rows.locator("td b").count();
  const results = drivers.reduce((sum, driver) => sum + driver.results.length, 0);
  assert.equal(signs, results, "signs of results");
}

/** Who clicks on a sign of failure is taken to what is told of it, which was closed, and is open and in view then, and has the steps and a command. */
export async function findsFailure(page: Page): Promise<void> {
  const sign = page.locator('td a:has(b.fail)[href*="CONF-03"]').first();
  const target = (await sign.getAttribute("href"))?.slice(1) as string;
  const told = page.locator(`[id="${target}"]`);
  assert.equal(await told.isVisible(), false, "a failure is told before anybody asks");
  await sign.click();
  assert.ok(await told.isVisible(), "it is open");
  const box = await told.boundingBox();
  const height = page.viewportSize()?.height ?? 0;
  assert.ok(box !== null && box.y >= -1 && box.y < height, `it is in view: ${JSON.stringify(box)}`);
  const text = (await told.textContent()) ?? "";
  assert.match(text, /conflict\.typed/);
  assert.match(text, /step \d+ of \d+/);
  assert.match(text, /npx caterpillar-conformance .* --only CONF-03/);
}

/** Nothing has to be scrolled sideways to be read, and nothing is cut off. */
export async function fits(page: Page): Promise<void> {
  const wide = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return "";
    const out = [...document.querySelectorAll("body *")].filter(
      (element) => element.getBoundingClientRect().right > clientWidth,
    );
    return out.map(({ tagName, className }) => `${tagName}.${className}`).join(", ");
  });
  assert.equal(wide, "", "what is wider than the window");
}

/** All text stands out from what is behind it. */
export async function isLegible(page: Page): Promise<void> {
  const faint = await page.evaluate((least) => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    if (canvas === null) throw new Error("no canvas");
    // Whatever notation a colour has, painted it is four bytes.
    const paint = (colours: readonly string[]): readonly number[] => {
      canvas.clearRect(0, 0, 1, 1);
      for (const colour of colours) {
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
      }
      return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const luminance = (rgb: readonly number[]): number => {
      const [r = 0, g = 0, b = 0] = rgb.map((byte) => {
        const part = byte / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element: Element): string[] => {
      const colours: string[] = [];
      for (let at: Element | null = element; at !== null; at = at.parentElement) {
        colours.unshift(getComputedStyle(at).backgroundColor);
      }
      return ["white", ...colours];
    };
    const found = new Set<string>();
    for (const element of document.querySelectorAll("body *")) {
      const own = [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== "",
      );
      if (!own || element.classList.contains("hidden")) continue;
      const ground = behind(element);
      const back = luminance(paint(ground));
      const front = luminance(paint([...ground, getComputedStyle(element).color]));
      const contrast = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
      if (contrast < least) {
        found.add(`${element.tagName}.${element.className}: ${contrast.toFixed(2)}`);
      }
    }
    return [...found];
  }, LEAST_CONTRAST);
  assert.deepEqual(faint, [], "text that is hard to tell from its background");
}
