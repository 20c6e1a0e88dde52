import { numpy as np } from "@jax-js/jax";
import { checkNumber, disposeTree, keyOf, rangeError, readOptions, typeError } from "minimand/engine";
import { adam, chain, keepUnitNorm } from "minimand/optimizers";
import { fit, minibatches } from "minimand/training";
import type { LinearParams } from "./linear-robust-loss.ts";
import { meanDirection } from "./linear-rss.ts";
import { type LinearRssStepOptions, linearRssStep, linearRssStepOptions } from "./linear-rss-step.ts";
import { unlabeledCount } from "./unlabeled-rows.ts";

/** Rows of one run. */
export interface LinearRssRows {
  /** Labelled inputs, row-major. */
  x: Float32Array;
  /** Class ids 0 and 1. */
  y: Int32Array;
  /** Unlabelled inputs, row-major. */
  u: Float32Array;
}

/** Numbers of one run; one compiled trainer serves all. */
export interface LinearRssRun {
  /** Default 0.1. */
  gamma?: number;
  /** Default 0.3. */
  gammaPrime?: number;
  /** Default 10. */
  lambda?: number;
  /** Default 0. */
  balancePenalty?: number;
  /** Of Adam, default 0.05. */
  learningRate?: number;
  /** At most, default 400. */
  iterations?: number;
  /** Of the order in which unlabelled rows are seen; default 0. */
  seed?: number;
  signal?: AbortSignal;
}

/** The trained direction and how training went. */
export interface TrainedLinear {
  /** Of unit norm. */
  w: Float32Array;
  b: number;
  iterations: number;
  /** The objective before each iteration. */
  history: Float64Array;
}

/** Iterations over which the objective has to change. */
const stretch = 50;
const leastChange = 1e-5;

/**
 * Robust self-supervised training of a linear score from start to end, as in the paper's simulation.
 *
 * Starts at {@link meanDirection}; then Adam on {@link linearRss} with all labelled and `unlabeledBatch` unlabelled rows a step, `w` set
 * to unit norm after each; ends after `iterations`, or where the objective has changed by less than 1e-5 of itself over the
 * last 50 (means of two stretches, where not all unlabelled rows are seen at once).
 *
 * @param options as {@link linearRssStep} without an optimizer; `loss` by default `zeroOne`
 * @returns a trainer: `train(rows, run)` and `dispose()`; it compiles once for each number of rows. `train` throws TypeError,
 * RangeError for rows and numbers outside their ranges, NonFiniteError where training leaves the finite
 * @throws TypeError, RangeError as {@link linearRssStep}
 * @example
 * const trainer = linearRssTrainer({ inputs: 200, unlabeledBatch: 1000 })
 * const { w } = await trainer.train({ x, y, u }, { gammaPrime: 0.3, lambda: 10 })
 * @see Saberi et al. 2023, arXiv 2310.00027, section 5
 */
export function linearRssTrainer(
  options: Omit<LinearRssStepOptions, "optimizer" | "loss"> & Partial<Pick<LinearRssStepOptions, "loss">>,
): { train(rows: LinearRssRows, run?: LinearRssRun): Promise<TrainedLinear>; dispose(): void } {
  const { optimizer: _optimizer, ...names } = linearRssStepOptions;
  const { inputs, bias = false, robustLabeled = true } = readOptions("linearRssTrainer", options, names);
  const step = linearRssStep({
    ...options,
    loss: options.loss ?? "zeroOne",
    optimizer: ({ learningRate }) => chain(adam(learningRate), keepUnitNorm("w")),
  });
  return {
    dispose: () => step.dispose(),
    async train({ x, y, u }, run = {}) {
      const { gamma, gammaPrime, lambda, balancePenalty } = readOptions("train", run, {
        gamma: [0.1],
        gammaPrime: [0.3],
        lambda: [10],
        balancePenalty: [0],
        learningRate: true,
        iterations: true,
        seed: true,
        signal: true,
      });
      const { learningRate = 0.05, iterations = 400, seed = 0, signal } = run;
      checkNumber("iterations", iterations, { min: 0, integer: true });
      checkNumber("learningRate", learningRate, { above: 0 });
      if (!(u instanceof Float32Array)) throw typeError("u", "a Float32Array", u);
      if (unlabeledCount(u, [inputs]) === 0) throw rangeError("u", "at least one row", u);
      const batches = minibatches({ x, shape: [inputs], y, classes: 2 }, { size: y.length, seed });
      const all = Int32Array.from(y, (_, i) => i);
      const hyper = {
        gammaPrime,
        lambda,
        learningRate,
        ...(robustLabeled && { gamma }),
        ...(bias && { balancePenalty }),
      };
      const start = np.array(Float32Array.from(meanDirection(x, y)), { shape: [inputs, 1] });
      const initial = step.init(keyOf(seed), { hyper, memory: { unlabeled: u } });
      const { w: random, ...others } = initial.params as LinearParams;
      random.dispose();
      const history: number[] = [];
      const given = function* () {
        // Steps of one batch are all made, whatever the first of them finds.
        for (let i = 0; i < iterations && !hasSettled(history); i++) yield batches.at(all);
      };
      const { params, optimizer, modelState } = await fit({
        step,
        state: { ...initial, params: { w: start, ...others } },
        batches: given(),
        onMetrics: ({ loss }) => void history.push(loss),
        signal,
      });
      const { w, b } = params as LinearParams;
      const trained = {
        w: Float32Array.from(await w.ref.data()),
        b: b === undefined ? 0 : (await b.ref.data())[0],
        iterations: history.length,
        history: Float64Array.from(history),
      };
      disposeTree([params, optimizer, modelState]);
      return trained;
    },
  };
}

/** Whether the mean objective of the last stretch is that of the stretch before. */
function hasSettled(history: readonly number[]): boolean {
  if (history.length < 2 * stretch || history.length % stretch !== 0) return false;
  const mean = (from: number, to: number): number =>
    history.slice(from, to).reduce((a, b) => a + b, 0) / stretch;
  const [before, last] = [mean(-2 * stretch, -stretch), mean(-stretch, history.length)];
  return Math.abs(last - before) <= leastChange * Math.abs(before);
}
