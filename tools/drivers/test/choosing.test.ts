import { expect, it } from "vitest";
import { choosingPage } from "../src/choosing-page.ts";
import { DRIVERS } from "../src/drivers.ts";

it("docs/choosing-a-driver.md says what the drivers say of themselves", async () => {
  await expect(choosingPage(DRIVERS)).toMatchFileSnapshot("../../../docs/choosing-a-driver.md");
});

it("every driver says what cannot be tested, and names a file if it has a place on the disk", () => {
  for (const { name, opener } of DRIVERS) {
    const { about, facts } = opener.driver;
    expect(Object.values(about ?? {}), name).toHaveLength(5);
    expect(facts.files.length > 0, name).toBe(facts.location === "path");
  }
});
