import { checkNumber } from "minimand/engine";
import { checkDimension, type Domain } from "./domain.ts";
import { ontoL1Ball, ontoSimplex } from "./project.ts";
import { type Face, ontoSetInNorm } from "./project-norm.ts";

/**
 * Returns the simplex `x_i >= 0, sum_i x_i = 1`.
 *
 * @param dimension integer >= 2
 * @example
 * simplexDomain(3).project(Float64Array.of(0.5, 0.5, 2)) // 0, 0, 1
 */
export function simplexDomain(dimension: number): Domain {
  checkDimension(dimension, 2);
  const project = (y: Float64Array) => ontoSimplex(y);
  const faceOf = (x: Float64Array): Face => {
    const free = [...x.keys()].filter((i) => x[i] > 0);
    return { free, equation: { normal: free.map(() => 1), offset: 1 } };
  };
  return {
    kind: "simplex",
    dimension,
    diameter: Math.SQRT2,
    center: new Float64Array(dimension).fill(1 / dimension),
    project,
    projectInNorm: (y, h) => ontoSetInNorm(y, h, project, faceOf),
    vertices: () => Array.from({ length: dimension }, (_, i) => unit(dimension, i, 1)),
  };
}

/**
 * Returns the l1-ball `sum_i |x_i| <= radius`.
 *
 * @param dimension integer >= 1
 * @param radius > 0
 * @example
 * l1Domain(2, 1).project(Float64Array.of(2, 1)) // 1, 0
 */
export function l1Domain(dimension: number, radius: number): Domain {
  checkDimension(dimension);
  checkNumber("radius", radius, { above: 0 });
  const project = (y: Float64Array) => ontoL1Ball(y, radius);
  const faceOf = (x: Float64Array): Face => {
    const size = x.reduce((sum, value) => sum + Math.abs(value), 0);
    if (size < radius * (1 - 1e-12)) return { free: [...x.keys()], equation: null };
    const free = [...x.keys()].filter((i) => x[i] !== 0);
    return { free, equation: { normal: free.map((i) => Math.sign(x[i])), offset: radius } };
  };
  return {
    kind: "l1-ball",
    dimension,
    diameter: 2 * radius,
    center: new Float64Array(dimension),
    project,
    projectInNorm: (y, h) => ontoSetInNorm(y, h, project, faceOf),
    vertices: () =>
      Array.from({ length: 2 * dimension }, (_, i) =>
        unit(dimension, i >> 1, i % 2 === 0 ? radius : -radius),
      ),
  };
}

function unit(dimension: number, index: number, value: number): Float64Array {
  const e = new Float64Array(dimension);
  e[index] = value;
  return e;
}
