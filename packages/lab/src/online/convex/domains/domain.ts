import { checkNumber, rangeError, typeError } from "minimand/engine";
import { checkedVector, inner, squaredDistance } from "../../vectors.ts";

/** A closed convex set of decisions. Its functions return new arrays and don't change what they are given. */
export interface Domain {
  readonly kind: "ball" | "box" | "simplex" | "l1-ball" | "custom";
  readonly dimension: number;
  /** The largest Euclidean distance of two of its points. */
  readonly diameter: number;
  /** Where learners start by default. */
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

/** Returns the starting point, which must be in the domain; float32's rounding is accepted and corrected. */
export function startIn(domain: Domain, x0: ArrayLike<number> | undefined): Float64Array {
  if (x0 === undefined) return domain.center.slice();
  const x = checkedVector("x0", x0, domain.dimension);
  const near = domain.project(x);
  const distance = Math.sqrt(squaredDistance(x, near));
  if (distance > 1e-6 * (1 + Math.sqrt(inner(x, x))))
    throw rangeError("x0", "a point of the domain, distance 0", distance);
  return near;
}

/** Throws unless this is a number of coordinates. */
export function checkDimension(dimension: number, min = 1): void {
  checkNumber("dimension", dimension, { min, integer: true });
}
