import { numpy as np, random } from "@jax-js/jax";
import {
  type Compile,
  type Compiled,
  compileWithJit,
  differentiate,
  leavesOf,
  mapTree,
  refTree,
  sumOfSquares,
  type Tree,
} from "minimand/engine";
import { addTrees, dotTrees, scaleTree } from "minimand/internals";

/**
 * A scalar loss of parameters on some data, a pure function of arrays that may consume both: the mean over a
 * fixed set of examples.
 */
export type SharpnessLoss<D extends Tree> = (params: Tree, data: D) => np.Array;

/** The compiled functions that all measures are made of. All consume their arrays. */
export interface SharpnessPrograms {
  loss: Compiled<[params: Tree, data: Tree], np.Array>;
  /** The loss at `params + a first + b second`. */
  lossAt: Compiled<[params: Tree, first: Tree, second: Tree, a: number, b: number, data: Tree], np.Array>;
  /** From a displacement to the next one of projected ascent, and the loss there. */
  ascend: Compiled<
    [one: number, params: Tree, delta: Tree, rho: number, stepSize: number, data: Tree],
    Tree[]
  >;
  /** `(H - shift) v / ||(H - shift) v||` and `v . H v`. */
  product: Compiled<[one: number, params: Tree, v: Tree, shift: number, data: Tree], Tree[]>;
  /**
   * A random tree of the parameters' shapes: of unit length, of signs, or as long as the parameters row by
   * row.
   */
  unit: Compiled<[params: Tree, key: np.Array], Tree>;
  signs: Compiled<[params: Tree, key: np.Array], Tree>;
  filterNormalised: Compiled<[params: Tree, key: np.Array], Tree>;
  dispose(): void;
}

const tiny = 1e-12;

export function sharpnessPrograms<D extends Tree>(
  loss: SharpnessLoss<D>,
  compile: Compile = compileWithJit,
): SharpnessPrograms {
  const gradientOf = differentiate((params: Tree, data: Tree): [np.Array, Tree] => [
    loss(params, data as D),
    [],
  ]);
  /** The gradient of `g(params) . v` is the product of the Hessian and `v`. */
  const productOf = differentiate((params: Tree, one: Tree, v: Tree, data: Tree): [np.Array, Tree] => {
    const [[value], gradient] = gradientOf(one as np.Array, params, data);
    value.dispose();
    return [dotTrees(gradient, v), []];
  });
  const programs = {
    loss: compile((params: Tree, data: Tree) => loss(params, data as D)),
    lossAt: compile((...args: Tree[]) => {
      const [params, first, second, a, b, data] = args;
      const moved = addTrees(
        addTrees(params, scaleTree(first, a as np.Array)),
        scaleTree(second, b as np.Array),
      );
      return loss(moved, data as D);
    }),
    ascend: compile((...args: Tree[]) => {
      const [one, params, delta, rho, stepSize, data] = args;
      const at = addTrees(refTree(params), refTree(delta));
      const [[value], gradient] = gradientOf(one as np.Array, at, refTree(data));
      value.dispose();
      const length = norm(refTree(gradient));
      const moved = addTrees(delta, scaleTree(gradient, (stepSize as np.Array).div(length.add(tiny))));
      const outside = norm(refTree(moved)).add(tiny);
      const next = scaleTree(moved, np.minimum((rho as np.Array).div(outside), 1));
      return [refTree(next), loss(addTrees(params, next), data as D)] as Tree[];
    }),
    product: compile((...args: Tree[]) => {
      const [one, params, v, shift, data] = args;
      const [[value], hv] = productOf((one as np.Array).ref, params, one, refTree(v), data);
      value.dispose();
      const curvature = dotTrees(refTree(hv), refTree(v));
      const shifted = addTrees(hv, scaleTree(v, (shift as np.Array).neg()));
      const length = norm(refTree(shifted)).add(tiny);
      return [scaleTree(shifted, np.reciprocal(length)), curvature] as Tree[];
    }),
    unit: compile((params: Tree, key: np.Array) => {
      const drawn = randomLike(params, key, (k, shape) => random.normal(k, shape));
      const length = norm(refTree(drawn));
      return scaleTree(drawn, np.reciprocal(length));
    }),
    signs: compile((params: Tree, key: np.Array) =>
      randomLike(params, key, (k, shape) => np.where(random.uniform(k, shape).less(0.5), -1, 1)),
    ),
    filterNormalised: compile((params: Tree, key: np.Array) => {
      const drawn = randomLike(refTree(params), key, (k, shape) => random.normal(k, shape));
      return mapTree((d, p) => d.mul(lengths(p).div(lengths(d.ref).add(tiny))), drawn, params);
    }),
  } as unknown as Omit<SharpnessPrograms, "dispose">;
  return {
    ...programs,
    dispose() {
      for (const program of Object.values(programs)) program.dispose();
    },
  };
}

/** Length of the weights into each output (all axes but the last), or of a whole vector. */
function lengths(x: np.Array): np.Array {
  const axes = x.ndim < 2 ? undefined : x.shape.slice(1).map((_, i) => i);
  return np.sqrt(np.square(x).sum(axes ?? null, { keepdims: true }));
}

function randomLike(params: Tree, key: np.Array, draw: (key: np.Array, shape: number[]) => np.Array): Tree {
  const keys = random.split(key, leavesOf(params).length);
  let i = 0;
  const drawn = mapTree((p) => {
    const values = draw(keys.ref.slice(i++), p.shape).astype(p.dtype);
    p.dispose();
    return values;
  }, params);
  keys.dispose();
  return drawn;
}

const norm = (t: Tree): np.Array => np.sqrt(sumOfSquares(t));
