import { typeError } from "minimand/engine";

/** Far more than {@link mostWords} words have: a file may have lines of many megabytes. */
const mostCharacters = 65_536;

const mostWords = 256;

/**
 * Returns a prompt as refiners read it: small letters, no punctuation but commas, `-` and `/` as spaces, single spaces, at most 256 words
 * of its first 65,536 characters.
 *
 * @param text a prompt
 * @throws TypeError for what is no text
 * @example
 * cleanPrompt("A Cat!! (cute)/x-y") // "a cat cute x y"
 */
export function cleanPrompt(text: string): string {
  if (typeof text !== "string") throw typeError("text", "a string", text);
  const words = text
    .slice(0, mostCharacters)
    .toLowerCase()
    .replaceAll(/[.'’!?"()*#:;~]/g, "")
    .replaceAll(/[-/]/g, " ")
    .split(/\s+/)
    .filter((word) => word !== "");
  return words.slice(0, mostWords).join(" ");
}
