import { numpy as np } from "@jax-js/jax";
import { parameterIn } from "../../engine/checks.ts";
import { readOptions } from "../../engine/options.ts";
import { constantOf, type Parameter } from "../../engine/parameter.ts";
import { disposeTree, leavesOf, mapTree, refTree, type Tree } from "../../engine/tree.ts";
import { globalNorm } from "../../optimizers/scale.ts";

/** Keeps a direction finite where there is none. */
const tiny = 1e-12;

/** A tree times a scalar, in each leaf's dtype. Consumes both. */
export function scaleTree<T extends Tree>(t: T, factor: np.Array): T {
  const scaled = mapTree((x) => x.mul(constantOf(factor.ref, x.dtype)), t);
  factor.dispose();
  return scaled;
}

/** The sum of two trees. Consumes both. */
export function addTrees<T extends Tree>(a: T, b: Tree): T {
  return mapTree((x, y) => x.add(y), a, b);
}

/** The inner product of two trees. Consumes both. */
export function dotTrees(a: Tree, b: Tree): np.Array {
  return leavesOf(mapTree((x, y) => x.mul(y).sum(), a, b)).reduce((sum, x) => sum.add(x));
}

/** `rho / (norm of a tree + 1e-12)`. Consumes the parameter, not the tree. */
export function radiusOver(rho: Parameter, t: Tree): np.Array {
  const norm = globalNorm(refTree(t)).add(tiny);
  if (typeof rho === "number") return np.array(rho, { dtype: norm.dtype }).div(norm);
  return constantOf(rho, norm.dtype).div(norm);
}

/**
 * The perturbation of SAM: the point of the ball of radius `rho` where the loss is largest to first order.
 *
 * `epsilon = rho g / (||g|| + 1e-12)`, one norm over all parameters
 *
 * @param gradient any tree; consumed
 * @param options `rho >= 0`, default 0.05
 * @throws RangeError for a negative or non-finite `rho`
 * @example
 * samPerturbation(np.array([3, 4]), { rho: 0.5 }) // [0.3, 0.4]
 * @see Foret et al. 2021, arXiv 2010.01412, equation (2)
 */
export function samPerturbation<T extends Tree>(gradient: T, options: { rho?: Parameter } = {}): T {
  const { rho } = readOptions("samPerturbation", options, { rho: [0.05, parameterIn({ min: 0 })] });
  return scaleTree(gradient, radiusOver(rho, gradient));
}

/**
 * The perturbation of ASAM, whose ball is measured in the scale of each parameter.
 *
 * `epsilon = rho T^2 g / (||T g|| + 1e-12)`, `T = |theta| + eta` elementwise
 *
 * @param params and `gradient`: trees of one structure; both consumed
 * @param options `rho >= 0`, default 0.5; `eta >= 0`, default 0.01; `scaled`: the parameters that `T` holds
 * for (default all), 1 for the others, as for biases in some implementations
 * @throws RangeError for negative or non-finite options
 * @example
 * asamPerturbation(np.array([1, 0]), np.array([3, 4]), { rho: 1, eta: 0 }) // [1, 0]
 * @see Kwon et al. 2021, arXiv 2102.11600, equation (5)
 */
export function asamPerturbation<T extends Tree>(
  params: T,
  gradient: T,
  options: { rho?: Parameter; eta?: Parameter; scaled?: (param: np.Array) => boolean } = {},
): T {
  const {
    rho,
    eta,
    scaled = () => true,
  } = readOptions("asamPerturbation", options, {
    rho: [0.5, parameterIn({ min: 0 })],
    eta: [0.01, parameterIn({ min: 0 })],
    scaled: true,
  });
  const scale = mapTree((p) => {
    if (!scaled(p)) {
      const ones = np.ones(p.shape, { dtype: p.dtype });
      p.dispose();
      return ones;
    }
    return np.abs(p).add(typeof eta === "number" ? eta : constantOf(eta.ref, p.dtype));
  }, params);
  if (typeof eta !== "number") eta.dispose();
  const direction = mapTree((t, g) => t.mul(g), refTree(scale), gradient);
  const factor = radiusOver(rho, direction);
  return scaleTree(
    mapTree((t, d) => t.mul(d), scale, direction),
    factor,
  );
}

/**
 * The perturbation of ESAM: that of SAM within the parameters of a mask, made up for those left out.
 *
 * `epsilon = (rho / beta) m g / (||m g|| + 1e-12)`
 *
 * @param gradient any tree; consumed
 * @param mask a tree of the same structure of 0 and 1, each of its parameter's shape or 0-d; consumed
 * @param options `rho >= 0`, default 0.05; `beta` in (0, 1], the share of parameters that masks keep on
 * average, default 0.6
 * @throws RangeError for options outside their ranges
 * @example
 * esamPerturbation([np.array([3, 4]), np.array([7])], [np.array(1), np.array(0)], { rho: 0.5, beta: 1 }) // [[0.3, 0.4], [0]]
 * @see Du et al. 2022, arXiv 2110.03141, section 3.1
 */
export function esamPerturbation<T extends Tree>(
  gradient: T,
  mask: Tree,
  options: { rho?: Parameter; beta?: Parameter } = {},
): T {
  const { rho, beta } = readOptions("esamPerturbation", options, {
    rho: [0.05, parameterIn({ min: 0 })],
    beta: [0.6, parameterIn({ above: 0, max: 1 })],
  });
  const kept = mapTree((g, m) => g.mul(constantOf(m, g.dtype)), gradient, mask);
  const radius = radiusOver(rho, kept);
  return scaleTree(kept, radius.div(typeof beta === "number" ? beta : constantOf(beta, radius.dtype)));
}

/** What of a tree is orthogonal to another: `a - (a.b / (||b||^2 + 1e-24)) b`. Consumes both. */
export function orthogonalTo<T extends Tree>(a: T, b: Tree): T {
  const share = dotTrees(refTree(a), refTree(b)).div(dotTrees(refTree(b), refTree(b)).add(tiny * tiny));
  return addTrees(a, scaleTree(b, share.neg()));
}

/** Gives up trees that a direction has no use for. */
export function discard(...trees: Tree[]): void {
  disposeTree(trees);
}
