import { numpy as np } from "@jax-js/jax";
import type { Compile } from "minimand/engine";
import {
  checkNumber,
  disposeTree,
  keyOf,
  leavesOf,
  mapTree,
  rangeError,
  readOptions,
  refTree,
  type Tree,
  zerosLike,
} from "minimand/engine";
import { type SharpnessLoss, sharpnessPrograms } from "./programs.ts";

/** A curve of the loss on a line through the parameters. */
export interface LossCurve {
  /** Distances in units of the parameters' own lengths. */
  alphas: number[];
  /** The mean over the directions, at each distance. */
  mean: number[];
  /** One curve a direction. */
  curves: number[][];
}

/** The loss on a plane through the parameters: data for a picture. */
export interface LossPlane {
  x: number[];
  y: number[];
  /** `loss[j][i]` is the loss at `params + x[i] first + y[j] second`. */
  loss: number[][];
}

/** Measures of the sharpness of a loss at parameters. Parameters and data are kept, not consumed. */
export interface Sharpness<D extends Tree> {
  /**
   * First-order sharpness `L(theta + rho g / ||g||) - L(theta)`: what SAM sees. It is small wherever the
   * gradient is small, at sharp minima too.
   *
   * @param options `rho >= 0`, default 0.05
   */
  firstOrder(params: Tree, data: D, options?: { rho?: number }): Promise<number>;
  /**
   * The largest rise of the loss that projected gradient ascent finds in the ball of radius `rho`.
   *
   * @param options `rho >= 0`, default 0.05; `steps`, default 5; `stepSize >= 0`, default `2.5 rho / steps`
   */
  ascent(
    params: Tree,
    data: D,
    options?: { rho?: number; steps?: number; stepSize?: number },
  ): Promise<number>;
  /**
   * The largest eigenvalue of the Hessian, by power iteration with products of Hessian and vector. Where the
   * eigenvalue of largest size is negative, a second iteration on the shifted matrix follows.
   *
   * @param options `seed` of the start; `iterations`, at most, default 20; `tolerance`, the relative change at which it stops, default 1e-4
   */
  lambdaMax(
    params: Tree,
    data: D,
    options?: { seed?: number; iterations?: number; tolerance?: number },
  ): Promise<number>;
  /**
   * The trace of the Hessian, by Hutchinson's estimate `mean v . H v` over vectors of random signs, or
   * exactly with as many products as there are parameters.
   *
   * @param options `seed`; `samples`, default 20, or `exact`
   */
  trace(params: Tree, data: D, options?: { seed?: number; samples?: number | "exact" }): Promise<number>;
  /**
   * The loss along random directions, each scaled filter by filter to the parameters (the weights into one
   * output as long as those of the parameters).
   *
   * @param options `seed`; `directions`, default 10; `alphas`, default 21 from -1 to 1
   */
  along(
    params: Tree,
    data: D,
    options?: { seed?: number; directions?: number; alphas?: readonly number[] },
  ): Promise<LossCurve>;
  /**
   * The loss on a plane of two such directions.
   *
   * @param options `seed`; `x` and `y`, default 21 numbers from -1 to 1
   */
  plane(
    params: Tree,
    data: D,
    options?: { seed?: number; x?: readonly number[]; y?: readonly number[] },
  ): Promise<LossPlane>;
  /** Frees the compiled programs. */
  dispose(): void;
}

const range = Array.from({ length: 21 }, (_, i) => Number(((i - 10) / 10).toFixed(1)));

/**
 * Measures of how sharp a loss is at given parameters: first-order sharpness, projected ascent, largest
 * eigenvalue and trace of the Hessian, curves and planes of the loss.
 *
 * Make it once and use it for all parameters of one structure: programs are compiled at their first use.
 * Random directions come from integer seeds, so that different parameters are measured along the same ones.
 *
 * @param loss a scalar of parameters and data: the mean over a fixed set of examples, without what is random
 * in training
 * @param options `compile`, default the engine's `jit`
 * @returns measures; each throws TypeError, RangeError for options out of range, and RangeError where the
 * loss isn't finite at the parameters
 * @example
 * type Data = { x: np.Array; y: np.Array }
 * const measure = sharpness((p, { x, y }: Data) => np.mean(crossEntropy(np.matmul(x, p as np.Array), y)))
 * await measure.lambdaMax(weights, { x, y })
 * @see Foret et al. 2021, arXiv 2010.01412, equation (1); Li et al. 2018, arXiv 1712.09913, section 4, for
 * the directions
 */
export function sharpness<D extends Tree>(
  loss: SharpnessLoss<D>,
  options: { compile?: Compile } = {},
): Sharpness<D> {
  readOptions("sharpness", options, { compile: true });
  const programs = sharpnessPrograms(loss, options.compile);
  const lossAt = async (params: Tree, data: D): Promise<number> => {
    const value = await scalar(programs.loss(refTree(params), refTree(data)));
    if (!Number.isFinite(value)) throw rangeError("params", "parameters where the loss is finite", value);
    return value;
  };
  const product = (params: Tree, v: Tree, shift: number, data: D): [Tree, np.Array] =>
    programs.product(1, refTree(params), v, shift, refTree(data)) as [Tree, np.Array];

  const ascent: Sharpness<D>["ascent"] = async (params, data, given = {}) => {
    const { rho = 0.05, steps = 5 } = given;
    checkNumber("rho", rho, { min: 0 });
    checkNumber("steps", steps, { min: 1, integer: true });
    const stepSize = given.stepSize ?? (2.5 * rho) / steps;
    checkNumber("stepSize", stepSize, { min: 0 });
    const start = await lossAt(params, data);
    let best = start;
    let delta: Tree = zerosLike(params);
    for (let i = 0; i < steps; i++) {
      const [next, value] = programs.ascend(1, refTree(params), delta, rho, stepSize, refTree(data));
      delta = next;
      best = Math.max(best, await scalar(value as np.Array));
    }
    disposeTree(delta);
    return best - start;
  };

  /** The eigenvalue of `H - shift` of largest size. */
  const dominant = async (
    params: Tree,
    data: D,
    shift: number,
    { seed, iterations, tolerance }: { seed: number; iterations: number; tolerance: number },
  ): Promise<number> => {
    let v = programs.unit(refTree(params), keyOf(seed, 1));
    let last = Number.NaN;
    for (let i = 0; i < iterations; i++) {
      const [next, curvature] = product(params, v, shift, data);
      v = next;
      const value = (await scalar(curvature)) - shift;
      const settled = Math.abs(value - last) <= tolerance * Math.abs(value);
      last = value;
      if (settled) break;
    }
    disposeTree(v);
    return last;
  };

  return {
    async firstOrder(params, data, { rho = 0.05 } = {}) {
      checkNumber("rho", rho, { min: 0 });
      const start = await lossAt(params, data);
      const [delta, value] = programs.ascend(1, refTree(params), zerosLike(params), rho, rho, refTree(data));
      disposeTree(delta);
      return (await scalar(value as np.Array)) - start;
    },
    ascent,
    async lambdaMax(params, data, { seed = 0, iterations = 20, tolerance = 1e-4 } = {}) {
      checkNumber("seed", seed, { integer: true });
      checkNumber("iterations", iterations, { min: 1, integer: true });
      checkNumber("tolerance", tolerance, { min: 0 });
      await lossAt(params, data);
      const how = { seed, iterations, tolerance };
      const largest = await dominant(params, data, 0, how);
      if (!(largest < 0)) return largest;
      return largest + (await dominant(params, data, largest, how));
    },
    async trace(params, data, { seed = 0, samples = 20 } = {}) {
      checkNumber("seed", seed, { integer: true });
      if (samples !== "exact") checkNumber("samples", samples, { min: 1, integer: true });
      await lossAt(params, data);
      let sum = 0;
      const addProduct = async (v: Tree): Promise<void> => {
        const [next, curvature] = product(params, v, 0, data);
        disposeTree(next);
        sum += await scalar(curvature);
      };
      if (samples === "exact") {
        for (const v of unitVectors(params)) await addProduct(v);
        return sum;
      }
      for (let i = 0; i < samples; i++) await addProduct(programs.signs(refTree(params), keyOf(seed, 2, i)));
      return sum / samples;
    },
    async along(params, data, { seed = 0, directions = 10, alphas = range } = {}) {
      checkNumber("seed", seed, { integer: true });
      checkNumber("directions", directions, { min: 1, integer: true });
      checkDistances("alphas", alphas);
      const curves: number[][] = [];
      for (let i = 0; i < directions; i++) {
        const direction = programs.filterNormalised(refTree(params), keyOf(seed, 3, i));
        const curve: number[] = [];
        for (const alpha of alphas) {
          const [d, still] = [refTree(direction), zerosLike(params)];
          curve.push(await scalar(programs.lossAt(refTree(params), d, still, alpha, 0, refTree(data))));
        }
        disposeTree(direction);
        curves.push(curve);
      }
      const mean = alphas.map((_, i) => curves.reduce((sum, curve) => sum + curve[i], 0) / directions);
      return { alphas: [...alphas], mean, curves };
    },
    async plane(params, data, { seed = 0, x = range, y = range } = {}) {
      checkNumber("seed", seed, { integer: true });
      checkDistances("x", x);
      checkDistances("y", y);
      const [first, second] = [0, 1].map((i) =>
        programs.filterNormalised(refTree(params), keyOf(seed, 3, i)),
      );
      const rows: number[][] = [];
      for (const b of y) {
        const row: number[] = [];
        for (const a of x) {
          const [d, e] = [refTree(first), refTree(second)];
          row.push(await scalar(programs.lossAt(refTree(params), d, e, a, b, refTree(data))));
        }
        rows.push(row);
      }
      disposeTree([first, second]);
      return { x: [...x], y: [...y], loss: rows };
    },
    dispose: () => programs.dispose(),
  };
}

async function scalar(value: np.Array): Promise<number> {
  return (await value.data())[0];
}

function checkDistances(name: string, values: readonly number[]): void {
  if (!Array.isArray(values) || values.length === 0) throw rangeError(name, "at least one number", values);
  for (const value of values) checkNumber(name, value);
}

/** One tree for each number of the parameters: 1 there, 0 elsewhere. */
function* unitVectors(params: Tree): Generator<Tree> {
  const count = leavesOf(params).length;
  for (let leaf = 0; leaf < count; leaf++) {
    const { size } = leavesOf(params)[leaf];
    for (let entry = 0; entry < size; entry++) {
      let i = 0;
      yield mapTree((p) => {
        const values = new (p.dtype === np.float64 ? Float64Array : Float32Array)(p.size);
        if (i++ === leaf) values[entry] = 1;
        return np.array(values, { shape: p.shape });
      }, params);
    }
  }
}
