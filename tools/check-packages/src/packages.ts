/** The packages that are published, and their tarballs. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.ts";

export interface Package {
  readonly name: string;
  readonly folder: string;
}

export function publishedPackages(root: string): Package[] {
  const folder = join(root, "packages");
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const manifest = JSON.parse(readFileSync(join(folder, name, "package.json"), "utf8"));
      return { name: manifest.name as string, folder: join(folder, name) };
    });
}

/** Packs the package as it would be published; answers the tarball's path. */
export function pack({ folder }: Package, destination: string): string {
  const output = run("pnpm", ["pack", "--json", "--pack-destination", destination], folder);
  const { filename } = JSON.parse(output.slice(output.indexOf("{"))) as { filename: string };
  return join(destination, filename.slice(filename.lastIndexOf("/") + 1));
}
