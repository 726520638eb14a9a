import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { ArgumentError, HELP, parseArguments } from "../src/arguments.ts";
import { Folder } from "./folder.ts";

const REPOSITORY = resolve(import.meta.dirname, "../../..");

describe("arguments", () => {
  it("have defaults that do something worth seeing", () => {
    const args = parseArguments([], "/");
    expect(args).toMatchObject({
      driverName: "sqlite",
      path: resolve(REPOSITORY, "examples/search/.data/sqlite"),
      root: resolve(REPOSITORY, "node_modules"),
      fresh: false,
    });
    expect(args).toHaveProperty("queries.length", 3);
  });

  it("are taken as given, relative paths from the caller's folder on", () => {
    const { path } = new Folder();
    const args = ["--path=x/y.db", "--root", ".", "--fresh", "promise", "read str*"];
    expect(parseArguments(args, path)).toMatchObject({
      path: resolve(path, "x/y.db"),
      root: path,
      fresh: true,
      queries: ["promise", "read str*"],
    });
    expect(parseArguments(["--", "--fresh"], "/")).toMatchObject({
      fresh: false,
      queries: ["--fresh"],
    });
  });

  it("take a name for a path where the driver's storages have names", () => {
    const memory = ["--driver", "memory"];
    expect(parseArguments(memory, "/")).toMatchObject({ driverName: "memory", path: "search" });
    expect(parseArguments([...memory, "--path", "a/b"], "/tmp")).toMatchObject({ path: "a/b" });
  });

  it("ask for help, whatever else they say", () => {
    expect(parseArguments(["--help"], "/")).toBe("help");
    expect(parseArguments(["-h", "--driver", "foo"], "/")).toBe("help");
    for (const line of HELP.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    for (const name of ["driver", "path", "root", "fresh", "help"])
      expect(HELP).toContain(`--${name}`);
  });

  it.each([
    [
      ["--frehs"],
      "there is no option --frehs; there are --driver, --path, --root, --fresh, --help",
    ],
    [["-x"], "there is no option -x; there are --driver, --path, --root, --fresh, --help"],
    [["--constructor"], "there is no option --constructor; there are"],
    [
      ["--driver", "oracle"],
      'there is no driver "oracle"; there are sqlite, lmdb, leveldb, memory',
    ],
    [["--driver"], "--driver needs a value: --driver NAME"],
    [["--path", ""], "--path needs a value: --path PATH"],
    [["--path", "--fresh"], "--path needs a value, and --fresh looks like an option"],
    [["--fresh=yes"], '--fresh takes no value, and "yes" was given'],
    [["--root", "/no/such/folder"], "--root /no/such/folder is not a folder"],
    [["--root", import.meta.filename], "is not a folder"],
    [["***"], 'the query "***" has no word in it'],
  ])("%j are refused, and it is said why", (args, message) => {
    expect(() => parseArguments(args, "/")).toThrow(ArgumentError);
    expect(() => parseArguments(args, "/")).toThrow(message);
  });
});
