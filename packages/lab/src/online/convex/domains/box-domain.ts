import { rangeError } from "minimand/engine";
import { checkedVector, squaredDistance } from "../../vectors.ts";
import { type Box, checkDimension } from "./domain.ts";
import { type Face, ontoSetInNorm } from "./project-norm.ts";

/** Beyond this many coordinates the corners of a box are too many to look at. */
const mostCorners = 12;

/**
 * Returns the box `lower_i <= x_i <= upper_i`.
 *
 * @param dimension integer >= 1
 * @param lower one number for all coordinates, or one for each
 * @param upper the same, nowhere below `lower` and somewhere above it
 * @throws TypeError, RangeError for an empty box or a single point
 * @example
 * boxDomain(2, 0, [1, 5]).project(Float64Array.of(-1, 3)) // 0, 3
 */
export function boxDomain(
  dimension: number,
  lower: number | ArrayLike<number>,
  upper: number | ArrayLike<number>,
): Box {
  checkDimension(dimension);
  const limits = (argument: string, given: number | ArrayLike<number>): Float64Array =>
    checkedVector(
      argument,
      typeof given === "number" ? new Float64Array(dimension).fill(given) : given,
      dimension,
    );
  const [lo, hi] = [limits("lower", lower), limits("upper", upper)];
  lo.forEach((value, i) => {
    if (hi[i] < value) throw rangeError("upper", `numbers not below those of lower (${value})`, hi[i]);
  });
  const diameter = Math.sqrt(squaredDistance(lo, hi));
  if (diameter === 0) throw rangeError("upper", "a number above that of lower", hi[0]);
  const project = (y: Float64Array) => y.map((value, i) => Math.min(Math.max(value, lo[i]), hi[i]));
  const faceOf = (x: Float64Array): Face => ({
    free: [...x.keys()].filter((i) => x[i] > lo[i] && x[i] < hi[i]),
    equation: null,
  });
  return {
    kind: "box",
    dimension,
    diameter,
    center: lo.map((value, i) => (value + hi[i]) / 2),
    lower: lo,
    upper: hi,
    project,
    projectInNorm: (y, h) => ontoSetInNorm(y, h, project, faceOf),
    vertices: () =>
      dimension > mostCorners
        ? null
        : Array.from({ length: 2 ** dimension }, (_, corner) =>
            lo.map((value, i) => ((corner >> i) & 1 ? hi[i] : value)),
          ),
  };
}
