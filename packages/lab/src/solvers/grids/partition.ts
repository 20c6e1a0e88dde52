import { numpy as np } from "@jax-js/jax";
import { checkNumber, isArrayLike, rangeError, readOptions, typeError } from "minimand/engine";

/**
 * Throws unless blocks of equal shapes divide a grid.
 *
 * @throws RangeError where an axis has more blocks than divide it
 */
export function checkBlocks(grid: readonly number[], experts: readonly number[]): void {
  if (!Array.isArray(experts) || experts.length !== grid.length)
    throw rangeError("experts", `${grid.length} numbers of blocks, one an axis of the grid`, experts);
  experts.forEach((count, i) => {
    checkNumber(`experts[${i}]`, count, { min: 1, integer: true });
    if (grid[i] % count !== 0) throw rangeError(`experts[${i}]`, `a divisor of ${grid[i]}`, count);
  });
}

/**
 * Cuts a grid into blocks of equal shape, one an expert: `[..., n1, n2, ...] -> [..., experts, n1 / k1, n2 / k2, ...]`.
 *
 * Blocks are numbered in the order of rows: the last axis of the grid counts fastest.
 *
 * @param a `[...before, ...grid, ...after]`, consumed
 * @param experts numbers of blocks, one per axis of the grid
 * @param options `firstAxis` of the grid, default 0
 * @throws RangeError where blocks don't divide the grid
 * @example
 * partitionGrid(np.array([[0, 1, 2, 3], [4, 5, 6, 7]]), [1, 2]) // [[[0, 1], [4, 5]], [[2, 3], [6, 7]]]
 * @see Chalapathi, Du, Krishnapriyan 2024, arXiv 2402.13412, section 3
 */
export function partitionGrid(
  a: np.Array,
  experts: readonly number[],
  options: { firstAxis?: number } = {},
): np.Array {
  const { firstAxis } = readOptions("partitionGrid", options, { firstAxis: [0] });
  if (!isArrayLike(a)) throw typeError("a", "an array", a);
  checkNumber("firstAxis", firstAxis, { min: 0, below: a.ndim, integer: true });
  if (!Array.isArray(experts))
    throw rangeError("experts", "numbers of blocks, one an axis of the grid", experts);
  const rank = experts.length;
  const grid = a.shape.slice(firstAxis, firstAxis + rank);
  checkBlocks(grid, experts);
  const [before, after] = [a.shape.slice(0, firstAxis), a.shape.slice(firstAxis + rank)];
  const block = grid.map((n, i) => n / experts[i]);
  const split = a.reshape([...before, ...experts.flatMap((count, i) => [count, block[i]]), ...after]);
  const axes = (offset: number) => block.map((_, i) => firstAxis + 2 * i + offset);
  const order = [...before.keys(), ...axes(0), ...axes(1), ...after.map((_, i) => firstAxis + 2 * rank + i)];
  return np.transpose(split, order).reshape([...before, product(experts), ...block, ...after]);
}

/**
 * Puts the blocks of {@link partitionGrid} together: `[..., experts, n1 / k1, ...] -> [..., n1, ...]`.
 *
 * @param blocks `[...before, experts, ...block, ...after]`, consumed
 * @param experts numbers of blocks, one per axis of the grid
 * @param options `firstAxis` of the grid, which is that of the experts here, default 0
 * @throws RangeError for another number of blocks
 * @example
 * unpartitionGrid(np.array([[[0, 1], [4, 5]], [[2, 3], [6, 7]]]), [1, 2]) // [[0, 1, 2, 3], [4, 5, 6, 7]]
 * @see Chalapathi, Du, Krishnapriyan 2024, arXiv 2402.13412, section 3
 */
export function unpartitionGrid(
  blocks: np.Array,
  experts: readonly number[],
  options: { firstAxis?: number } = {},
): np.Array {
  const { firstAxis } = readOptions("unpartitionGrid", options, { firstAxis: [0] });
  if (!isArrayLike(blocks)) throw typeError("blocks", "an array", blocks);
  checkNumber("firstAxis", firstAxis, { min: 0, below: blocks.ndim, integer: true });
  if (!Array.isArray(experts))
    throw rangeError("experts", "numbers of blocks, one an axis of the grid", experts);
  const rank = experts.length;
  if (blocks.shape[firstAxis] !== product(experts))
    throw rangeError("blocks", `${product(experts)} blocks on axis ${firstAxis}`, blocks);
  const before = blocks.shape.slice(0, firstAxis);
  const block = blocks.shape.slice(firstAxis + 1, firstAxis + 1 + rank);
  const after = blocks.shape.slice(firstAxis + 1 + rank);
  const pairs = block.flatMap((_, i) => [firstAxis + i, firstAxis + rank + i]);
  const order = [...before.keys(), ...pairs, ...after.map((_, i) => firstAxis + 2 * rank + i)];
  const whole = block.map((n, i) => n * experts[i]);
  return np
    .transpose(blocks.reshape([...before, ...experts, ...block, ...after]), order)
    .reshape([...before, ...whole, ...after]);
}

/** Returns the places, in a flat grid, of the points of each block, in the order of {@link partitionGrid}. */
export function blockPlaces(grid: readonly number[], experts: readonly number[]): Int32Array[] {
  const block = grid.map((n, i) => n / experts[i]);
  return Array.from({ length: product(experts) }, (_, k) => {
    const corner = unravel(k, experts).map((at, i) => at * block[i]);
    return Int32Array.from({ length: product(block) }, (_, p) => {
      const within = unravel(p, block);
      return grid.reduce((flat, n, i) => flat * n + corner[i] + within[i], 0);
    });
  });
}

export const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** The coordinates of a flat place. */
function unravel(flat: number, sizes: readonly number[]): number[] {
  let rest = flat;
  return sizes
    .toReversed()
    .map((n) => {
      const at = rest % n;
      rest = Math.floor(rest / n);
      return at;
    })
    .toReversed();
}
