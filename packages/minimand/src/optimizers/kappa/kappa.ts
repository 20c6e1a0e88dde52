import { numpy as np } from "@jax-js/jax";
import { checkNoNaN, rangeError, typeError } from "../../engine/checks.ts";
import { isArrayLike } from "../../engine/errors.ts";
import type { Tree } from "../../engine/tree.ts";

/**
 * A convex function K that turns momentum into a direction, with what its conjugate says about weight decay.
 *
 * Lion-K moves along `grad K` of the momentum; with decoupled weight decay `lambda` it minimises
 * `f(x) + K*(lambda x) / lambda`, where `K*(y) = sup_z (y . z - K(z))`. Where K* is infinite, x may not stay.
 *
 * All functions are pure, consume their argument, and may be traced. An array is looked at as one vector unless the
 * kappa says otherwise (matrices, groups); several arrays add up, each with its own K.
 *
 * @see Chen, Liu, Liang, Liu 2024, arXiv 2310.05898, section 2
 */
export interface Kappa {
  name: string;
  /** K(z), a 0-d array. */
  value(z: np.Array): np.Array;
  /** A subgradient of K at z, of the shape of z; 0 where z is 0 and K has a kink there. */
  grad(z: np.Array): np.Array;
  /** K*(y), a 0-d array; `Infinity` outside of the domain, beyond what rounding explains. */
  conj(y: np.Array): np.Array;
  /** A subgradient of K* at y, for y in the domain, of the shape of y. */
  conjGrad(y: np.Array): np.Array;
  /**
   * How far y is outside of the domain of K*, a 0-d array: 0 inside, a convex function of y. For a norm K it is the
   * excess of the dual norm over 1.
   */
  violation(y: np.Array): np.Array;
  /** Whether `K(-z) = K(z)`. */
  even: boolean;
}

/** One kappa for all arrays of a tree, or one for each: by the array's shape, or its path such as `0.weight`. */
export type KappaChoice = Kappa | ((param: np.Array, path: string) => Kappa);

/** The kappa of one array. Only looks at the array. */
export function kappaFor(choice: KappaChoice, param: np.Array, path: string): Kappa {
  return typeof choice === "function" ? choice(param, path) : choice;
}

/** Throws unless it can be a kappa. */
export function checkKappa(choice: unknown): asserts choice is KappaChoice {
  const kappa = choice as Partial<Kappa> | null;
  if (typeof choice !== "function" && (typeof kappa !== "object" || typeof kappa?.grad !== "function"))
    throw typeError("kappa", "a kappa such as kappa.l1(), or a function that gives one", choice);
}

/**
 * Maps corresponding leaves of trees of one structure, with the path of each: keys and positions joined by dots, the
 * empty string for a tree that is one array. Consumes what `f` consumes.
 */
export function mapWithPath(
  f: (path: string, ...leaves: np.Array[]) => np.Array,
  first: Tree,
  ...rest: Tree[]
): Tree {
  const walk = (path: string, trees: Tree[]): Tree => {
    const [tree] = trees;
    const below = (key: string): string => (path === "" ? key : `${path}.${key}`);
    if (isArrayLike(tree) || typeof tree === "number") return f(path, ...(trees as np.Array[]));
    if (Array.isArray(tree))
      return tree.map((_, i) =>
        walk(
          below(`${i}`),
          trees.map((t) => (t as Tree[])[i]),
        ),
      );
    return Object.fromEntries(
      Object.keys(tree).map((key) => [
        key,
        walk(
          below(key),
          trees.map((t) => (t as { [key: string]: Tree })[key]),
        ),
      ]),
    );
  };
  return walk("", [first, ...rest]);
}

/** What a kappa is made of: everything but the check of the domain and of NaN. */
export interface KappaParts extends Omit<Kappa, "conj"> {
  /** K* inside its domain; any finite number elsewhere. */
  conjInside(y: np.Array): np.Array;
}

/** Excess over a constraint that rounding explains; on wasm exponentials of float64 have the digits of float32, too. */
const tolerance = (y: np.Array): number => (y.dtype === np.float64 ? 1e-6 : 1e-5);

/**
 * A kappa of one's own, from its parts: arrays that can be looked at are checked for NaN, K* is made infinite outside of its
 * domain.
 *
 * Helpful rules: `(s K)*(y) = s K*(y / s)`; `(K(s .))*(y) = K*(y / s)`; the conjugate of a separable sum is the sum of
 * conjugates; that of `K1 + K2` is the infimal convolution of K1* and K2*. A test should check the equality of Fenchel
 * and Young, `K(z) + K*(grad K(z)) = z . grad K(z)`.
 *
 * @throws (its functions) TypeError for what is no float array, RangeError for NaN
 * @example
 * const half = makeKappa({ name: "half", value: (z) => np.square(z).sum().mul(0.5), grad: (z) => z, even: true,
 *   conjInside: (y) => np.square(y).sum().mul(0.5), conjGrad: (y) => y, violation: (y) => y.mul(0).sum() });
 * lionK(0.1, { kappa: half })
 */
export function makeKappa({ conjInside, violation, conjGrad, grad, value, name, even }: KappaParts): Kappa {
  const checked =
    (argument: string, f: (x: np.Array) => np.Array) =>
    (x: np.Array): np.Array => {
      if (!isArrayLike(x)) throw typeError(argument, "an array", x);
      if (x.dtype !== np.float32 && x.dtype !== np.float64 && x.dtype !== np.float16)
        throw typeError(argument, "a float array", x);
      checkNoNaN(argument, x);
      return f(x);
    };
  return {
    name,
    even,
    value: checked("z", value),
    grad: checked("z", grad),
    conj: checked("y", (y) => {
      const within = tolerance(y);
      const outside = violation(y.ref).greater(within);
      return np.where(outside, Infinity, conjInside(y));
    }),
    conjGrad: checked("y", conjGrad),
    violation: checked("y", violation),
  };
}

/** No point is outside. */
export const everywhere = (y: np.Array): np.Array => zeroOf(y);

/** A 0-d zero of the dtype of an array, which it consumes. */
export function zeroOf(y: np.Array): np.Array {
  const { dtype } = y;
  y.dispose();
  return np.zeros([], { dtype });
}

/** Zeros in the shape of an array, which it consumes. */
export function zerosOf(y: np.Array): np.Array {
  const { shape, dtype } = y;
  y.dispose();
  return np.zeros(shape, { dtype });
}

/** `max(x, 0)`. */
export const positive = (x: np.Array): np.Array => np.maximum(x, 0);

/** The sign, 0 at 0, as a float. */
export function signOf(x: np.Array): np.Array {
  const { dtype } = x;
  return x.ref.greater(0).astype(dtype).sub(x.less(0).astype(dtype));
}

/** `a / b` for b >= 0; 0 where b is 0, or so small that the engine's reciprocal would overflow. */
export function safeDivide(a: np.Array, b: np.Array): np.Array {
  const ok = b.ref.greater(b.dtype === np.float64 ? 1e-300 : 1e-37);
  return np.where(ok.ref, a.div(np.where(ok, b, 1)), 0);
}

/** Throws where an array isn't a matrix. */
export function checkMatrix(name: string, x: np.Array): void {
  if (x.ndim !== 2) throw rangeError(`${name}`, "a matrix", x);
}
