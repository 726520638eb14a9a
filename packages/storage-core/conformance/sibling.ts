/** Modules that other threads and processes begin with. */

/** The module beside the one of the URL: the source where that is one, else the build. */
export function sibling(name: string, of: string): URL {
  return new URL(`./${name}${of.endsWith(".ts") ? ".ts" : ".js"}`, of);
}
