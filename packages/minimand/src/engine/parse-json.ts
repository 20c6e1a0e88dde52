import { rangeError } from "./errors.ts";

/** The values of a text of empty objects take about twenty times its memory; while a reviver is called, four times as much. */
const mostCharacters = { plain: 2 ** 27, revived: 2 ** 25 };

/** Functions that walk through values call themselves at each depth. */
const mostDepth = 1000;

type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;

/**
 * `JSON.parse` of a text that somebody else may have written: values that fill the heap, or the stack of what walks through them, would end
 * the process.
 *
 * @throws RangeError for more than 134,217,728 characters, 33,554,432 with a reviver, and for objects and arrays more than 1000 deep; SyntaxError for what is not JSON
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

function checkDepth(text: string): void {
  if (text.length <= mostDepth) return;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) inString = !inString;
    else if (inString) {
      if (code === backslash) i++;
    } else if (code === openList || code === openObject) {
      if (++depth > mostDepth)
        throw rangeError("JSON", `values at most ${mostDepth} deep`, `deeper ones at character ${i + 1}`);
    } else if (code === closeList || code === closeObject) depth--;
  }
}
