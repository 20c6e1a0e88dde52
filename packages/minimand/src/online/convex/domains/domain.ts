import { checkNumber, rangeError, typeError } from "../../../engine/errors.ts";
import { checkedVector, inner, squaredDistance } from "../../vectors.ts";
import { ontoBall, ontoL1Ball, ontoSimplex } from "./project.ts";
import { type Face, ontoBallInNorm, ontoSetInNorm } from "./project-norm.ts";

/** A closed convex set of decisions. Its functions return new arrays and don't change what they are given. */
export interface Domain {
  readonly kind: "ball" | "box" | "simplex" | "l1-ball" | "custom";
  readonly dimension: number;
  /** The largest Euclidean distance of two of its points. */
  readonly diameter: number;
  /** Where learners start unless told otherwise. */
  readonly center: Float64Array;
  /** The nearest point. */
  project(point: Float64Array): Float64Array;
  /** The nearest point in the norm of H: `argmin (x - y)^T H (x - y)`; H row-major, symmetric, positive definite. */
  projectInNorm(point: Float64Array, h: Float64Array): Float64Array;
  /** Points among which every convex function has its largest value on the set; null where there are too many. */
  vertices(): Float64Array[] | null;
}

/** The Euclidean ball of {@link ballDomain}, which knows its radius. */
export interface Ball extends Domain {
  readonly kind: "ball";
  readonly radius: number;
}

/** The box of {@link boxDomain}, which knows its limits. */
export interface Box extends Domain {
  readonly kind: "box";
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

function checkDimension(dimension: number, min = 1): void {
  checkNumber("dimension", dimension, { min, integer: true });
}

/**
 * The ball `||x - center|| <= radius`. Projections are exact, in the norm of a matrix too.
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

/** Beyond this many coordinates the corners of a box are too many to look at. */
const mostCorners = 12;

/**
 * The box `lower_i <= x_i <= upper_i`.
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

/**
 * The simplex `x_i >= 0, sum_i x_i = 1`.
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
 * The l1-ball `sum_i |x_i| <= radius`.
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

/**
 * A set of one's own, known by its projection. Projections in the norm of a matrix are made of Euclidean ones, by
 * accelerated projected gradient steps, unless `projectInNorm` says better.
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
  const { dimension, diameter } = options;
  checkDimension(dimension);
  checkNumber("diameter", diameter, { above: 0 });
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

/** Throws unless the value is a domain. */
export function checkDomain(domain: unknown): asserts domain is Domain {
  const given = domain as Partial<Domain> | null | undefined;
  if (typeof given?.project !== "function" || typeof given.projectInNorm !== "function")
    throw typeError(
      "domain",
      "a domain (ballDomain, boxDomain, simplexDomain, l1Domain or customDomain)",
      domain,
    );
}

/** The starting point, which must lie in the domain; float32's rounding is forgiven and mended. */
export function startIn(domain: Domain, x0: ArrayLike<number> | undefined): Float64Array {
  if (x0 === undefined) return domain.center.slice();
  const x = checkedVector("x0", x0, domain.dimension);
  const near = domain.project(x);
  const distance = Math.sqrt(squaredDistance(x, near));
  if (distance > 1e-6 * (1 + Math.sqrt(inner(x, x))))
    throw rangeError("x0", "a point of the domain, distance 0", distance);
  return near;
}
