import type { numpy as np } from "@jax-js/jax";
import { type Compile, compileWithJit } from "../../engine/compile.ts";
import { readOptions } from "../../engine/options.ts";
import { refTree, type Tree } from "../../engine/tree.ts";
import { frankWolfeGap } from "./fenchel-young.ts";
import { lionMomentum } from "./lion.ts";
import { type DiscreteLyapunovOptions, discreteLyapunov } from "./lyapunov.ts";

/** What is worth a curve while Lion-K trains. */
export interface LionReport {
  /** H of phase 2; `Infinity` outside the constraint set. */
  energy: number;
  /** `f(x) + K*(lambda x) / lambda`. */
  objective: number;
  /** Its second part. */
  penalty: number;
  fenchelGap: number;
  /** Distance to the constraint set, phase 1; 0 inside. */
  violation: number;
  /** The gap of Frank and Wolfe, 0 where training has arrived; null without a gradient. */
  stationarity: number | null;
}

/**
 * Looks at a run of `lionK`: violation (phase 1), Lyapunov function (phase 2), stationarity, as numbers to log and plot.
 *
 * @param options those of the optimizer, with numbers; `compile`
 * @returns `look({ loss, params, state, gradient })`: loss (a number) and gradient of a fixed set of examples, the
 *   parameters and the optimizer's state, all of which it keeps; and `dispose`
 * @throws RangeError as {@link discreteLyapunov}
 * @example
 * const monitor = lionMonitor({ kappa: kappa.l1(), weightDecay: 1, learningRate: 1e-3, b1: 0.9, b2: 0.99 });
 * const { violation, energy } = await monitor.look({ loss, params: step.params(state), state: state.optimizer });
 */
export function lionMonitor(options: DiscreteLyapunovOptions & { compile?: Compile }): {
  look(at: { loss: number; params: Tree; state: Tree; gradient?: Tree }): Promise<LionReport>;
  dispose(): void;
} {
  const { compile, ...constants } = readOptions("lionMonitor", options, {
    kappa: true,
    weightDecay: true,
    mask: true,
    learningRate: true,
    b1: true,
    b2: true,
    scheme: true,
    compile: [compileWithJit],
  });
  const lyapunov = discreteLyapunov(constants);
  const parts = compile(
    (loss: np.Array, params: Tree, momentum: Tree): Tree => lyapunov.energy(loss, params, momentum),
  );
  const gap = compile((params: Tree, gradient: Tree): Tree => frankWolfeGap(options, params, gradient));
  const numberOf = async (array: Tree): Promise<number> => (await (array as np.Array).data())[0];
  return {
    async look({ loss, params, state, gradient }) {
      const found = parts(loss as never, refTree(params), lionMomentum(state)) as { [part: string]: Tree };
      return {
        energy: await numberOf(found.energy),
        objective: await numberOf(found.objective),
        penalty: await numberOf(found.penalty),
        fenchelGap: await numberOf(found.fenchelGap),
        violation: await numberOf(found.violation),
        stationarity: gradient === undefined ? null : await numberOf(gap(refTree(params), refTree(gradient))),
      };
    },
    dispose() {
      parts.dispose();
      gap.dispose();
    },
  };
}
