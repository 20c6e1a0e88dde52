import type { numpy as np } from "@jax-js/jax";
import { checkChoice, checkNumber, rangeError } from "../../engine/checks.ts";
import { type Compile, compileWithJit } from "../../engine/compile.ts";
import { differentiate } from "../../engine/differentiate.ts";
import { readOptions } from "../../engine/options.ts";
import { parameter } from "../../engine/parameter.ts";
import { disposeTree, leavesOf, mapTree, refTree, type Tree } from "../../engine/tree.ts";
import type { LionConstraint } from "./fenchel-young.ts";
import { continuousLyapunov, type OdeConstants } from "./lyapunov.ts";

/** The differential equation of Lion-K for one loss. */
export interface LionOdeOptions extends LionConstraint, OdeConstants {
  /** A scalar of the parameters; traced and differentiated. */
  loss: (params: Tree) => np.Array;
  /** Default: the engine's `jit`. */
  compile?: Compile;
}

/** How a path is followed. */
export interface LionPathOptions {
  /** Time step > 0. */
  h: number;
  /** Number of steps. */
  steps: number;
  /** Default `rk4`, of fourth order where grad K is smooth; `euler` is Lion-K itself, see {@link lionAsOde}. */
  method?: "rk4" | "euler";
  /** Every how many steps a point is recorded, default 1. The start and the end are always. */
  every?: number;
}

/** A path, on the host: one number or point for each recorded time. */
export interface LionPath {
  time: number[];
  /** H; `Infinity` outside the constraint set. */
  energy: number[];
  /** dH/dt by its formula. */
  energyRate: number[];
  loss: number[];
  violation: number[];
  /** All parameters as one list, array after array. */
  params: number[][];
  /** The last point; owned by the caller. */
  end: { params: Tree; momentum: Tree };
}

/**
 * Follows the differential equation of Lion-K, `m' = -alpha grad f(x) - gamma m`, `x' = grad K(m + epsilon m') - lambda x`,
 * and records its Lyapunov function on the way.
 *
 * @returns `solve(params, momentum, options)`, which consumes the start (momentum with the sign of the paper, usually zeros)
 *   and resolves to the path; `dispose` frees the compiled program
 * @throws RangeError for constants outside of their ranges; a path that leaves the finite numbers rejects
 * @example
 * const ode = lionOde({ loss, kappa: kappa.logcosh(0.1), weightDecay: 1, alpha: 1, gamma: 1, epsilon: 0.5 });
 * const { time, energy, violation, end } = await ode.solve(x0, m0, { h: 1e-2, steps: 1000 });
 * @see Chen, Liu, Liang, Liu 2024, arXiv 2310.05898, equation (5)
 */
export function lionOde(options: LionOdeOptions): {
  solve(params: Tree, momentum: Tree, options: LionPathOptions): Promise<LionPath>;
  dispose(): void;
} {
  const { loss, compile, ...constants } = readOptions("lionOde", options, {
    kappa: true,
    weightDecay: true,
    mask: true,
    alpha: true,
    gamma: true,
    epsilon: true,
    loss: true,
    compile: [compileWithJit],
  });
  const lyapunov = continuousLyapunov(constants);
  const gradientOf = differentiate((params: Tree): [np.Array, Tree] => [loss(params), []]);
  const velocity = (one: np.Array, x: Tree, m: Tree): [Tree, Tree] => {
    const [[value], gradient] = gradientOf(one, refTree(x), ...([] as []));
    value.dispose();
    const { xDot, mDot, ...rest } = lyapunov.field(gradient, x, m);
    disposeTree(rest);
    return [xDot, mDot];
  };
  /** `t + h k`, with h an input, so that it keeps the digits of float64. */
  const moved = (t: Tree, k: Tree, h: np.Array, factor: number): Tree =>
    mapTree((a, b) => a.add(b.mul(parameter(h.ref, b)).mul(factor)), t, k);

  const euler = compile((one: np.Array, h: np.Array, x: Tree, m: Tree): Tree[] => {
    const [xDot, mDot] = velocity(one, refTree(x), refTree(m));
    return [moved(x, xDot, h, 1), moved(m, mDot, h, 1)];
  });
  const rk4 = compile((one: np.Array, h: np.Array, x: Tree, m: Tree): Tree[] => {
    let sums: [Tree, Tree] | undefined;
    let slope: [Tree, Tree] | undefined;
    for (const [ahead, weight] of [
      [0, 1],
      [0.5, 2],
      [0.5, 2],
      [1, 1],
    ]) {
      const at = [x, m].map((t, i) =>
        slope === undefined ? refTree(t) : moved(refTree(t), slope[i], h, ahead),
      );
      slope = velocity(one.ref, at[0], at[1]);
      const weighted = slope.map((k) => mapTree((v) => v.mul(weight), refTree(k)));
      sums = (
        sums === undefined ? weighted : sums.map((s, i) => mapTree((a, b) => a.add(b), s, weighted[i]))
      ) as [Tree, Tree];
    }
    disposeTree(slope as Tree[]);
    one.dispose();
    const [xSum, mSum] = sums as [Tree, Tree];
    return [moved(x, xSum, h, 1 / 6), moved(m, mSum, h, 1 / 6)];
  });
  const look = compile((one: np.Array, x: Tree, m: Tree): Tree[] => {
    const [[value], gradient] = gradientOf(one, refTree(x));
    const { energy, violation, ...parts } = lyapunov.energy(value.ref, refTree(x), refTree(m));
    const { energyRate, ...others } = lyapunov.field(gradient, x, m);
    disposeTree([parts, others as unknown as Tree]);
    return [energy, energyRate, value, violation];
  });

  return {
    async solve(params, momentum, { h, steps, method = "rk4", every = 1 }) {
      checkNumber("h", h, { above: 0 });
      checkNumber("steps", steps, { min: 0, integer: true });
      checkNumber("every", every, { min: 1, integer: true });
      checkChoice("method", method, ["rk4", "euler"]);
      const [first] = leavesOf(params);
      if (first === undefined) throw rangeError("params", "at least one array", params);
      const advance = method === "rk4" ? rk4 : euler;
      const step = parameter(h, first);
      const path: Omit<LionPath, "end"> = {
        time: [],
        energy: [],
        energyRate: [],
        loss: [],
        violation: [],
        params: [],
      };
      let [x, m] = [params, momentum];
      const record = async (time: number): Promise<void> => {
        const [energy, rate, loss, violation] = await Promise.all(
          look(1 as never, refTree(x), refTree(m)).map(async (a) => (await (a as np.Array).data())[0]),
        );
        const point: number[] = [];
        for (const leaf of leavesOf(x)) point.push(...((await leaf.ref.data()) as Float64Array));
        if (!Number.isFinite(loss) || !point.every(Number.isFinite)) {
          disposeTree([x, m]);
          step.dispose();
          throw rangeError("h", `a step small enough for the path to stay finite, at time ${time}`, h);
        }
        path.time.push(time);
        path.energy.push(energy);
        path.energyRate.push(rate);
        path.loss.push(loss);
        path.violation.push(violation);
        path.params.push(point);
      };
      await record(0);
      for (let i = 1; i <= steps; i++) {
        [x, m] = advance(1 as never, step.ref, x, m);
        if (i % every === 0 || i === steps) await record(i * h);
        // Reading every step keeps the engine from piling up work.
        else await leavesOf(x)[0].ref.data();
      }
      step.dispose();
      return { ...path, end: { params: x, momentum: m } };
    },
    dispose() {
      for (const program of [euler, rk4, look]) program.dispose();
    },
  };
}

/**
 * Lion-K's steps as Euler steps of the differential equation: `b2 = 1 - h gamma`, `b1 = 1 - epsilon gamma`, `alpha = gamma`.
 *
 * The step takes the gradient first, so its momentum is one gradient ahead of the equation's.
 *
 * @returns constants of {@link lionOde} and the step h, the learning rate
 * @throws RangeError for `b2` that is not below 1, `b1` outside of [0, 1), or a learning rate that is not above 0
 * @example lionAsOde({ learningRate: 0.01, b1: 0.9, b2: 0.99 }).gamma // 1.0
 * @see Chen, Liu, Liang, Liu 2024, arXiv 2310.05898, section 2
 */
export function lionAsOde({ learningRate, b1, b2 }: { learningRate: number; b1: number; b2: number }): {
  alpha: number;
  gamma: number;
  epsilon: number;
  h: number;
} {
  checkNumber("learningRate", learningRate, { above: 0 });
  checkNumber("b1", b1, { min: 0, below: 1 });
  checkNumber("b2", b2, { min: 0, below: 1 });
  const gamma = (1 - b2) / learningRate;
  return { alpha: gamma, gamma, epsilon: (1 - b1) / gamma, h: learningRate };
}
