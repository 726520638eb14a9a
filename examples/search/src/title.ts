/** The title of a Markdown text: its first heading, as plain text. */

const MAX_LENGTH = 120;
/** What follows in a line is not looked at. */
const MAX_LINE = 1000;

/** `undefined` where no heading has any text. */
export function titleOf(markdown: string): string | undefined {
  let fence: string | undefined;
  let before = "";
  for (const whole of markdown.split(/\r?\n/)) {
    const line = whole.slice(0, MAX_LINE);
    const mark = /^ {0,3}(```|~~~)/.exec(line)?.[1];
    if (mark !== undefined && (fence === undefined || fence === mark)) {
      fence = fence === undefined ? mark : undefined;
    } else if (fence === undefined) {
      // "Title" above "=====" is a heading too.
      const heading = /^ {0,3}={2,}\s*$/.test(line)
        ? before
        : /^ {0,3}#{1,6}\s(.*)$/.exec(line)?.[1];
      const title = heading === undefined ? "" : plain(heading);
      if (title !== "") return title;
    }
    before = line;
  }
  return undefined;
}

/** Without images, the addresses of links, tags and emphasis. */
function plain(markdown: string): string {
  const text = markdown
    .replace(/!\[[^\]]*\](\([^)]*\)|\[[^\]]*\])/g, "")
    .replace(/\[([^\]]*)\](\([^)]*\)|\[[^\]]*\])/g, "$1")
    .replace(/<[^>]*>/g, "")
    .replace(/[`*]|\\(?=[^a-z0-9\s])|#+\s*$/gi, "");
  return printable(text).slice(0, MAX_LENGTH).toWellFormed().trim();
}

/** On one line, and without the control characters that would reach the reader's terminal. */
export function printable(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .toWellFormed()
    .trim();
}
