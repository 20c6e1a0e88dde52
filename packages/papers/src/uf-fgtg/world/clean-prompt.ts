/** Words that are left of a prompt. */
const mostWords = 256;

/**
 * A prompt as the paper's code cleans it: written small, without `.'!?"()*#:;~`, `-` and `/` as spaces, commas kept, at most 256 words.
 * What is empty then stays empty.
 *
 * @example
 * cleanPrompt("A Cat!! (cute)/x-y") // "a cat cute x y"
 */
export function cleanPrompt(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[.'!?"()*#:;~]/g, "")
    .replace(/[-/]/g, " ");
  return plain.trim().split(/\s+/).slice(0, mostWords).join(" ");
}
