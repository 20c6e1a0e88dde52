/* How many cells of a terminal a text takes, and how it is fitted into fewer. Texts are single lines without control characters. */

const ascii = /^[\x20-\x7e]*$/;
const clusters = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Characters that take two cells: East Asian wide and fullwidth ones (Unicode's UAX 11), and emoji that are drawn as such. */
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u;

/** Marks above and below others, characters that are only told to the renderer, and the later parts of Korean syllables. */
const none = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}\u1160-\u11ff\ud7b0-\ud7ff]/u;

/** Several characters that are drawn as one emoji. */
const joined = /^[0-9#*]\ufe0f|^\p{Regional_Indicator}{2}/u;
const pictograph = /^\p{Extended_Pictographic}/u;

/** What is drawn as one: a character with its marks, an emoji of several. */
const partsOf = (text: string): Iterable<string> =>
  ascii.test(text) ? text : Array.from(clusters.segment(text), ({ segment }) => segment);

/** Cells that a text takes in a terminal. */
export function textWidth(text: string): number {
  if (ascii.test(text)) return text.length;
  let width = 0;
  for (const part of partsOf(text)) width += partWidth(part);
  return width;
}

function partWidth(part: string): number {
  // No expression looks for the end: one steps back over each character of a part, which may have millions.
  if (joined.test(part) || (pictograph.test(part) && (part.includes("\ufe0f") || part.includes("\u200d"))))
    return 2;
  let width = 0;
  for (const character of part) width += none.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

/** The longest beginning of a text that fits into so many cells, of at least so many parts, and the rest. */
function split(text: string, width: number, least: 0 | 1): [begin: string, rest: string] {
  let used = 0;
  let count = 0;
  let end = 0;
  for (const part of partsOf(text)) {
    used += partWidth(part);
    if (used > width && count >= least) break;
    end += part.length;
    count++;
  }
  return [text.slice(0, end), text.slice(end)];
}

/** A text in at most so many cells: what is longer ends with an ellipsis. */
export function cutText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  return width < 1 ? "" : `${split(text, width - 1, 0)[0].trimEnd()}…`;
}

/** Words with the blanks before them; behind a hyphen or slash between letters another one begins. */
const words = /(?<! )( *)([^ ]*?\p{L}[-/](?=\p{L})|[^ ]+)/gu;

/**
 * A text as lines of so many cells, broken at blanks and behind hyphens and slashes between letters, and elsewhere where a
 * word alone is wider than that.
 *
 * @param most so many lines; where there would be more, the last one ends with an ellipsis
 */
export function wrapText(text: string, width: number, most = Number.POSITIVE_INFINITY): string[] {
  if (textWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = "";
  for (const [, blanks, word] of text.matchAll(words)) {
    if (lines.length > most) break;
    if (line !== "" && textWidth(line + blanks + word) <= width) {
      line += blanks + word;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
    while (textWidth(line) > width && lines.length <= most) {
      const [begin, rest] = split(line, width, 1);
      if (rest === "") break;
      lines.push(begin);
      line = rest;
    }
  }
  if (line !== "" || lines.length === 0) lines.push(line);
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), `${split(lines[most - 1], width - 1, 0)[0].trimEnd()}…`];
}
