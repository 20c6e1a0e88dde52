/** From this share of numbers among its values on, a column holds numbers, and its texts stand for missing ones. */
const share = 0.9;

/**
 * Whether values are numbers but for a few texts.
 *
 * @param texts how many are no numbers
 */
export function areMostlyNumbers(numbers: number, texts: number): boolean {
  return numbers > 0 && numbers >= share * (numbers + texts);
}
