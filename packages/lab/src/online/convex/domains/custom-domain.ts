import { readOptions, typeError } from "minimand/engine";
import { checkedVector } from "../../vectors.ts";
import { checkDimension, type Domain } from "./domain.ts";
import { ontoSetInNorm } from "./project-norm.ts";

/**
 * Returns a set of one's own, known by its projection. Projections in the norm of a matrix are made of Euclidean ones, by accelerated
 * projected gradient steps, unless `projectInNorm` says better.
 *
 * @param options `dimension` integer >= 1; `diameter` > 0; `project`: the nearest point (must return `dimension` finite
 *   numbers); `center` default the point nearest to 0
 * @throws TypeError, RangeError outside those ranges, and where a projection returns something else
 * @example
 * const halfPlane = customDomain({ dimension: 2, diameter: 4, project: ([a, b]) => Float64Array.of(Math.max(a, 0), b) });
 */
export function customDomain(options: {
  dimension: number;
  diameter: number;
  project(point: Float64Array): ArrayLike<number>;
  projectInNorm?(point: Float64Array, h: Float64Array): ArrayLike<number>;
  center?: ArrayLike<number>;
}): Domain {
  const { dimension, diameter } = readOptions("customDomain", options, {
    dimension: true,
    diameter: { above: 0 },
    project: true,
    projectInNorm: true,
    center: true,
  });
  checkDimension(dimension);
  if (typeof options.project !== "function") throw typeError("project", "a function", options.project);
  const project = (y: Float64Array) =>
    checkedVector("project's result", options.project(y.slice()), dimension);
  return {
    kind: "custom",
    dimension,
    diameter,
    center: project(checkedVector("center", options.center ?? new Float64Array(dimension), dimension)),
    project,
    projectInNorm: (y, h) =>
      options.projectInNorm === undefined
        ? ontoSetInNorm(y, h, project)
        : checkedVector("projectInNorm's result", options.projectInNorm(y.slice(), h.slice()), dimension),
    vertices: () => null,
  };
}
