import { numpy as np } from "@jax-js/jax";
import { checkShape, peek, rangeError, typeError } from "../../engine/checks.ts";
import { log, logSumExp } from "../../engine/numerics.ts";
import { constantOf } from "../../engine/parameter.ts";
import { bagSizes } from "./bag-ids.ts";

/** Far below every logarithm, and finite: its products with 0 are 0. */
const never = -1e30;

/** Sums over bags. All methods consume what they are given; call `dispose` last. */
export interface BagLayout {
  /** `[rows]` or `[rows, classes]` to the (weighted) mean of each bag; 0 for a bag without weight. */
  mean(x: np.Array): np.Array;
  /** `log` of the mean of `exp` over each bag, without leaving the numbers; 0 for a bag without weight. */
  logMeanExp(x: np.Array): np.Array;
  /** The value of its bag for each row: `[bags]` or `[bags, classes]` to `[rows, ...]`. */
  spread(x: np.Array): np.Array;
  /** Sum of the weights of each bag, `[bags]`; without weights its number of rows. */
  sizes(): np.Array;
  dispose(): void;
}

/** Bag numbers of the rows: on the host, or as an array, which may be traced. */
export type BagIds = Int32Array | np.Array;

/**
 * How rows are summed over their bags: equal bags of successive rows by reshaping, others through a table `[bags, rows]`.
 * Consumes `bagIds` and `weights`.
 */
export function bagLayout(
  bagIds: BagIds,
  bags: number,
  { weights, like }: { weights?: np.Array; like: np.Array },
): BagLayout {
  const rows = like.shape[0];
  const size = bagIds instanceof Int32Array ? equalSize(bagIds, bags) : null;
  if (size !== null) {
    const share =
      weights === undefined ? np.ones([bags, size], { dtype: like.dtype }) : weights.reshape([bags, size]);
    return layout({
      share: constantOf(share, like.dtype),
      table: (x) => x.reshape([bags, size, ...x.shape.slice(1)]),
      spread: (x) => {
        const rest = x.shape.slice(1);
        return np.broadcastTo(x.reshape([bags, 1, ...rest]), [bags, size, ...rest]).reshape([rows, ...rest]);
      },
      dispose: () => {},
    });
  }
  const ids = bagIds instanceof Int32Array ? np.array(bagIds.slice()) : bagIds;
  const isMember = np
    .arange(bags)
    .astype(np.int32)
    .reshape([bags, 1])
    .equal(ids.astype(np.int32).reshape([1, rows]));
  const member = isMember.astype(like.dtype);
  const share =
    weights === undefined ? member.ref : member.ref.mul(constantOf(weights, like.dtype).reshape([1, rows]));
  return layout({
    share,
    table: (x) => x.reshape([1, ...x.shape]),
    spread: (x) =>
      np
        .matmul(np.transpose(member.ref), x.ndim === 1 ? x.reshape([bags, 1]) : x)
        .reshape([rows, ...x.shape.slice(1)]),
    dispose: () => member.dispose(),
  });
}

function layout({
  share,
  table,
  spread,
  dispose,
}: {
  /** Weight of each row in each bag, `[bags, rows]`, or `[bags, size]` for equal bags. */
  share: np.Array;
  table(x: np.Array): np.Array;
  spread(x: np.Array): np.Array;
  dispose(): void;
}): BagLayout {
  const total = share.ref.sum(1);
  const hasWeight = total.ref.greater(0);
  const safe = np.where(hasWeight.ref, total.ref, 1);
  const overClasses = (x: np.Array, ndim: number) => (ndim === 1 ? x : x.reshape([...x.shape, 1]));
  return {
    mean: (x) => {
      const { ndim } = x;
      return table(x).mul(overClasses(share.ref, ndim)).sum(1).div(overClasses(safe.ref, ndim));
    },
    logMeanExp: (x) => {
      const { ndim } = x;
      const has = share.ref.greater(0);
      const logShare = log(np.where(has.ref, share.ref, 1));
      const shifted = table(x).add(overClasses(logShare, ndim));
      const sum = logSumExp(np.where(overClasses(has, ndim), shifted, never), 1);
      return np.where(overClasses(hasWeight.ref, ndim), sum.sub(overClasses(log(safe.ref), ndim)), 0);
    },
    spread,
    sizes: () => total.ref,
    dispose() {
      for (const array of [share, total, hasWeight, safe]) array.dispose();
      dispose();
    },
  };
}

/** The size of equal bags whose rows follow one another, or null for any others. */
function equalSize(bagIds: Int32Array, bags: number): number | null {
  const size = bagIds.length / bags;
  if (!Number.isInteger(size)) return null;
  return bagIds.every((id, row) => id === Math.floor(row / size)) ? size : null;
}

/** Checks bag ids against the number of rows and bags, as far as they can be looked at. */
export function checkBags(bagIds: BagIds, rows: number, bags: number, weights: np.Array | undefined): void {
  if (!(bagIds instanceof Int32Array)) {
    if (bagIds?.dtype !== np.int32)
      throw typeError("bagIds", `an Int32Array or an int32 array [${rows}]`, bagIds);
    checkShape("bagIds", bagIds, [rows]);
  } else if (bagIds.length !== rows) throw rangeError("bagIds", `${rows} bag numbers`, bagIds);
  const ids = bagIds instanceof Int32Array ? bagIds : peek(bagIds);
  if (ids === null) return;
  // With weights a bag may be padding, and so may a row.
  if (weights === undefined) bagSizes(ids, bags);
  else
    for (let row = 0; row < rows; row++)
      if (ids[row] < 0 || ids[row] >= bags)
        throw rangeError(`bagIds, row ${row}`, `a bag from 0 to ${bags - 1}`, ids[row]);
}

/** One more than the largest bag number where it can be looked at, else the number of rows: never too few. */
export function bagsAtMost(bagIds: BagIds, rows: number): number {
  const ids = bagIds instanceof Int32Array ? bagIds : peek(bagIds);
  if (ids === null) return rows;
  let most = 0;
  for (let row = 0; row < ids.length; row++) most = Math.max(most, ids[row] + 1);
  return Math.min(most, rows);
}
