import { rangeError } from "./errors.ts";

/** The values of a text of empty objects take about twenty times its memory. */
const mostCharacters = 2 ** 27;

type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;

/**
 * `JSON.parse` of a text that somebody else may have written: one whose values fill the heap would end the process.
 *
 * @throws RangeError for more than 134,217,728 characters; SyntaxError for what is not JSON
 */
export function parseJson(text: string, reviver?: Reviver): unknown {
  if (text.length > mostCharacters)
    throw rangeError("JSON", `at most ${mostCharacters} characters`, text.length);
  return JSON.parse(text, reviver as Parameters<typeof JSON.parse>[1]);
}
