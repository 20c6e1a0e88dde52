import { checkNumber, rangeError, typeError } from "../../engine/errors.ts";

/**
 * Checks ids of bags on the host: whole numbers `0..bags-1`, no bag empty.
 *
 * @param bagIds the bag of each row
 * @param bags how many there are; default one more than the largest id
 * @returns the number of rows of each bag
 * @throws TypeError, RangeError naming the row of a bad id or the first empty bag
 */
export function bagSizes(bagIds: ArrayLike<number>, bags?: number): Int32Array {
  if (typeof bagIds?.length !== "number") throw typeError("bagIds", "a list of bag numbers", bagIds);
  if (bagIds.length === 0) throw rangeError("bagIds", "at least one row", bagIds);
  if (bags !== undefined) checkNumber("bags", bags, { min: 1, integer: true });
  let count = bags ?? 0;
  for (let row = 0; row < bagIds.length; row++) {
    const id = bagIds[row];
    const most = bags === undefined ? bagIds.length - 1 : bags - 1;
    if (!Number.isInteger(id) || id < 0 || id > most)
      throw rangeError(`bagIds, row ${row}`, `a bag from 0 to ${most}`, id);
    count = Math.max(count, id + 1);
  }
  const sizes = new Int32Array(count);
  for (let row = 0; row < bagIds.length; row++) sizes[bagIds[row]]++;
  const empty = sizes.indexOf(0);
  if (empty >= 0) throw rangeError("bagIds", `at least one row in every bag`, `none in bag ${empty}`);
  return sizes;
}
