/** How long sources are. */

/** A text, which may look like a comment within, or a comment. */
const TEXT_OR_COMMENT = /("(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|\/\/.*/g;

/** Lines of TypeScript that are neither blank nor comment. */
export function codeLines(source: string): number {
  const code = source.replaceAll(TEXT_OR_COMMENT, (_, text: string | undefined) => text ?? "");
  return code.split("\n").filter((line) => line.trim() !== "").length;
}
