import { checkNumber } from "minimand/engine";
import { checkedVector } from "../../vectors.ts";
import { type Ball, checkDimension } from "./domain.ts";
import { ontoBall } from "./project.ts";
import { ontoBallInNorm } from "./project-norm.ts";

/**
 * Returns the ball `||x - center|| <= radius`. Projections are exact, in the norm of a matrix too.
 *
 * @param dimension integer >= 1
 * @param radius > 0
 * @param center default 0
 * @throws TypeError, RangeError outside those ranges
 * @example
 * ballDomain(3, 2).project(Float64Array.of(3, 0, 4)) // 1.2, 0, 1.6
 */
export function ballDomain(
  dimension: number,
  radius: number,
  center: ArrayLike<number> = new Float64Array(dimension),
): Ball {
  checkDimension(dimension);
  checkNumber("radius", radius, { above: 0 });
  const c = checkedVector("center", center, dimension);
  return {
    kind: "ball",
    dimension,
    diameter: 2 * radius,
    center: c,
    radius,
    project: (y) => ontoBall(y, c, radius),
    projectInNorm: (y, h) => ontoBallInNorm(y, h, c, radius),
    vertices: () => null,
  };
}
