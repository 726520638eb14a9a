/**
 * HON: what a driver says of itself. That each fact is true is asked by the checks that it matters to: who shares a storage by CONC-10 and PROC-01,
 * what survives by DUR, files by OPEN-19, read-only media by RO-10. Here is what they take for granted.
 */
import type { DriverFacts } from "../../src/driver.ts";
import { type Check, group } from "../check.ts";
import type { Context } from "../context.ts";

const SHARING = ["shared", "locked", "separate"];

/** What each fact may be. */
const VALUES: Readonly<
  Record<Exclude<keyof DriverFacts, "files" | "durability">, readonly string[]>
> = {
  location: ["path", "name"],
  threads: SHARING,
  processes: SHARING,
  readonly: ["engine", "core"],
};

const DURABILITIES = ["power-loss", "process-crash"];

export const honestyChecks: readonly Check[] = group("HON", {
  "01 the driver has a name, and says of itself all that there is to say, and nothing else": {
    clauses: ["facts.complete"],
    run: async (context) => {
      const { name, facts } = context.target.storage.driver;
      context.ok(/^[^\s/]/.test(name), `the driver has a name: ${JSON.stringify(name)}`);
      const said = Object.keys(facts).sort();
      const wanted = [...Object.keys(VALUES), "durability", "files"].sort();
      context.equal(said, wanted, "the facts that there are");
      for (const [fact, values] of Object.entries(VALUES)) {
        const value = facts[fact as keyof typeof VALUES];
        context.ok(
          values.includes(value),
          `facts.${fact} is one of ${values.join(", ")}: ${value}`,
        );
      }
      checkDurability(context, facts);
      checkFiles(context, facts);
    },
  },

  "02 no fact stands against another": {
    clauses: ["facts.complete"],
    run: async (context) => {
      const { location, processes, durability, files } = context.facts;
      if (location === "name") {
        context.equal(files, [], "the files of a storage that is no path: facts.location is name");
      } else {
        context.ok(files.length > 0, "facts.files has the files of which a path's storage is made");
      }
      const lost = durability.length === 0;
      context.ok(
        !lost || processes === "separate",
        `what dies with its process is not shared by processes: facts.durability is [${durability}], facts.processes is ${processes}`,
      );
    },
  },
});

function checkDurability(context: Context, { durability }: DriverFacts): void {
  const unknown = durability.filter((one) => !DURABILITIES.includes(one));
  context.equal(unknown, [], "durabilities that do not exist");
  context.equal(new Set(durability).size, durability.length, "durabilities, each once");
}

function checkFiles(context: Context, { files }: DriverFacts): void {
  for (const { name, about } of files) {
    context.ok(
      name.startsWith("<path>") && name.split("*").length <= 2,
      `the name of a file begins with <path>, and has one * at most: ${name}`,
    );
    context.ok(about.trim() !== "", `facts.files tells what ${name} is about`);
  }
}
