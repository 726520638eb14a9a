/** The command that runs one check of a driver again. */
export function replayOf(module: string, id: string): string {
  return `npx caterpillar-conformance ${JSON.stringify(module)} --only ${id}`;
}
