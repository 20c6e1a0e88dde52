/** A convex function of a vector, with what Newton's method needs. */
export interface Convex {
  size: number;
  value(x: Float64Array): number;
  /** Gradient, and Hessian row-major `[size, size]`; both new. */
  derivatives(x: Float64Array): { gradient: Float64Array; hessian: Float64Array };
}

/** The result of a minimisation. */
export interface Minimum {
  x: Float64Array;
  value: number;
  iterations: number;
  /** Largest entry of the gradient, of entries that the bounds don't hold back. */
  gradNorm: number;
  /** Whether the gradient fell below the tolerance. */
  converged: boolean;
}

export interface MinimizeOptions {
  /** Bound of every entry's absolute value. */
  box?: number;
  /** Adds `ridge |x|^2 / 2`. */
  ridge?: number;
  tol: number;
  /** Looks at each point on the way; true ends it there. */
  stop?(x: Float64Array): boolean;
}
