import { rangeError } from "./errors.ts";

/** The values of a text may take many times its memory, and more while a reviver is called. */
const mostCharacters = { plain: 2 ** 27, revived: 2 ** 25 };

/** Functions that walk through values call themselves at each depth. */
const mostDepth = 1000;

type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;

/**
 * `JSON.parse` of a text that somebody else may have written: values that fill the heap, or the stack of what walks through them, would end
 * the process.
 *
 * @throws RangeError for more than 134,217,728 characters, 33,554,432 with a reviver, and for objects and arrays more than 1000 deep;
 *   SyntaxError for what is not JSON
 */
export function parseJson(text: string, reviver?: Reviver): unknown {
  const most = reviver === undefined ? mostCharacters.plain : mostCharacters.revived;
  if (text.length > most) throw rangeError("JSON", `at most ${most} characters`, text.length);
  checkDepth(text);
  return JSON.parse(text, reviver as Parameters<typeof JSON.parse>[1]);
}

const [quote, backslash, openList, closeList, openObject, closeObject] = ['"', "\\", "[", "]", "{", "}"].map(
  (character) => character.charCodeAt(0),
);

/** Whether a text contains a character more than `mostDepth / 2` times: one of the two that open values, if it is too deep. */
function isFrequent(character: string, text: string): boolean {
  let at = -1;
  for (let count = 0; count <= mostDepth / 2; count++) {
    at = text.indexOf(character, at + 1);
    if (at < 0) return false;
  }
  return true;
}

function checkDepth(text: string): void {
  // Looking at each character takes as long as parsing; two searches are enough for most texts.
  if (!isFrequent("[", text) && !isFrequent("{", text)) return;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) inString = !inString;
    else if (inString) {
      if (code === backslash) i++;
    } else if (code === openList || code === openObject) {
      if (++depth > mostDepth)
        throw new RangeError(
          `JSON: expected values at most ${mostDepth} deep, got a deeper one at character ${i + 1}`,
        );
    } else if (code === closeList || code === closeObject) depth--;
  }
}
