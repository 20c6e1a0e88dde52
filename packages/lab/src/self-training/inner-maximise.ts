import { lax, numpy as np } from "@jax-js/jax";
import {
  type Compile,
  type Compiled,
  checkNumber,
  compileWithJit,
  differentiate,
  disposeTree,
  oneOf,
  readOptions,
  refTree,
  type Tree,
} from "minimand/engine";
import type { TransportCost } from "../theory/worst-case.ts";

/** What is climbed: one value per example, `[batch]`, of moved inputs; `context` holds what it needs in addition to them. Traced. */
export type InnerObjective<C extends Tree> = (z: np.Array, context: C) => np.Array;

/** How the inner maximum is sought. */
export interface InnerOptions {
  /** Default `halfSquaredL2`. */
  cost?: TransportCost;
  /** Steps of ascent, default 15. */
  steps?: number;
  /** Default: the engine's `jit`. */
  compile?: Compile;
}

/** A compiled ascent. Consumes inputs and context; returns the moved inputs. */
export interface InnerMaximiser<C extends Tree> {
  (x: np.Array, context: C, size: { gamma: number; stepSize?: number }): np.Array;
  dispose(): void;
}

/**
 * Returns the inputs that maximise a loss less what moving them costs, `sup_z loss(z) - gamma c(z, x)`, for any differentiable model.
 *
 * From `z = x`, `steps` times: `z <- z + stepSize (grad loss(z) - gamma (z - x))` with cost `||z - x||^2 / 2`; with cost
 * `||z - x||` a step up the loss, after which the way from x is shortened by `stepSize gamma` (to 0 where it is shorter).
 * Where the loss is L-smooth in z and `gamma > L`, the first is concave and converges linearly at `stepSize = 1 / (gamma + L)`.
 *
 * @param objective per-example loss of moved inputs
 * @param options `cost`, `steps`, `compile`
 * @returns `(x [batch, ...], context, { gamma > 0, stepSize = 0.5 / gamma }) => z [batch, ...]`, as constants
 * @throws TypeError, RangeError for an unknown cost, `steps` not an integer >= 0, `gamma` and `stepSize` not above 0
 * @example
 * const ascend = innerMaximise((z, { w }: { w: np.Array }) => softplus(np.matmul(z, w)), { steps: 15 })
 * const z = ascend(x, { w }, { gamma: 2, stepSize: 0.2 })
 * @see Sinha, Namkoong, Duchi 2017, arXiv 1710.10571, algorithm 1; Saberi et al. 2023, arXiv 2310.00027, section 2
 */
export function innerMaximise<C extends Tree>(
  objective: InnerObjective<C>,
  options: InnerOptions = {},
): InnerMaximiser<C> {
  const { cost, steps, compile } = readOptions("innerMaximise", options, {
    cost: ["halfSquaredL2", oneOf(["l2", "halfSquaredL2"])],
    steps: [15, { min: 0, integer: true }],
    compile: [compileWithJit],
  });
  const step = ascentStep(objective, cost);
  const program: Compiled<Tree[], Tree[]> = compile((...args: Tree[]) => {
    const [one, z, x, context, gamma, stepSize] = args;
    const size = { gamma: gamma as np.Array, stepSize: stepSize as np.Array };
    return step(one as np.Array, z as np.Array, x as np.Array, context as C, size);
  });
  return Object.assign(
    (x: np.Array, context: C, { gamma, stepSize }: { gamma: number; stepSize?: number }): np.Array => {
      checkNumber("gamma", gamma, { above: 0 });
      const length = stepSize ?? 0.5 / gamma;
      checkNumber("stepSize", length, { above: 0 });
      let z = x.ref;
      for (let i = 0; i < steps; i++) {
        const [next, value] = program(1, z, x.ref, refTree(context), gamma, length) as np.Array[];
        // Read where that can be done at once: unread steps pile up, and their cost with them.
        if (value.device === "wasm" || value.device === "cpu") value.dataSync();
        else value.dispose();
        z = next;
      }
      disposeTree([x, context]);
      return z;
    },
    { dispose: () => program.dispose() },
  );
}

/** Dual parameter and step of an ascent: 0-d, or `[batch, 1, ...]` for each example its own. */
export interface AscentSize {
  gamma: np.Array;
  stepSize: np.Array;
}

/** Makes one step of {@link innerMaximise}, for use inside a traced function: `[next z, mean loss before it]`. */
export function ascentStep<C extends Tree>(
  objective: InnerObjective<C>,
  cost: TransportCost,
): (one: np.Array, z: np.Array, x: np.Array, context: C, size: AscentSize) => [np.Array, np.Array] {
  const gradientOf = differentiate<np.Array, [C], Tree>((z, context) => {
    // Each value depends on its own input alone, so the gradient of the sum is that of each.
    return [objective(z, context).sum(), []];
  });
  return (one, z, x, context, { gamma, stepSize }) => {
    const [[value], gradient] = gradientOf(one, z.ref, context);
    if (cost === "halfSquaredL2") {
      const pull = z.ref.sub(x).mul(gamma);
      return [z.add(gradient.sub(pull).mul(stepSize)), value];
    }
    const way = z.add(gradient.mul(stepSize.ref)).sub(x.ref);
    const length = lengths(way.ref);
    const kept = np.maximum(length.ref.sub(stepSize.mul(gamma)), 0).div(length);
    return [x.add(way.mul(kept)), value];
  };
}

/** Euclidean length of each example, `[batch, 1, ...]`, never 0. */
function lengths(x: np.Array): np.Array {
  const rows = x.shape[0];
  const ones = x.shape.slice(1).map(() => 1);
  return np.sqrt(np.maximum(np.square(x.reshape([rows, -1])).sum(-1), 1e-24)).reshape([rows, ...ones]);
}

/** Returns what moving inputs cost, `[batch]`, a constant. */
export function transportCost(z: np.Array, x: np.Array, cost: TransportCost): np.Array {
  const rows = x.shape[0];
  const squares = np.square(lax.stopGradient(z.sub(x)).reshape([rows, -1])).sum(-1);
  return cost === "halfSquaredL2" ? squares.mul(0.5) : np.sqrt(squares);
}
