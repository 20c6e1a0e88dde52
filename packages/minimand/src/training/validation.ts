import type { numpy as np } from "@jax-js/jax";
import { rangeError, typeError } from "../engine/checks.ts";
import { type Compile, compileWithJit } from "../engine/compile.ts";
import { readOptions } from "../engine/options.ts";
import { keyOf } from "../engine/random.ts";
import { refTree, type Tree } from "../engine/tree.ts";
import type { Metric } from "../metrics/catalogue.ts";
import type { Model } from "../models/model.ts";
import type { Minibatches } from "./batches.ts";
import { type Hyper, hyperInputs, named, type TracedHyper } from "./hyper.ts";
import { type BatchLoss, checkLossValues } from "./objective.ts";
import { predictor, probabilitiesOf } from "./predict.ts";
import type { TrainStep } from "./train-step.ts";

/** What `train` looks at after each epoch. */
export interface Validation<State> {
  /** A number of the state, which is kept. */
  score(state: State): number | Promise<number>;
  /** Default false. */
  higherIsBetter?: boolean;
  /** Shape of one example, where it is known: it has to be that of training. */
  shape?: readonly number[];
}

/** How {@link validationOn} looks at a state. */
export interface ValidationOptions<State, H extends Hyper = Hyper> {
  step: Pick<TrainStep<State>, "params" | "modelState">;
  model: Model;
  data: Pick<Minibatches, "epoch" | "shape">;
  /** As of the objective, with the hyperparameters of the state. */
  loss?: BatchLoss<H>;
  /** Or a metric: of class probabilities, or of a network with one output. */
  metric?: Metric;
  /** Default: the engine's `jit`. */
  compile?: Compile;
}

/**
 * The loss or the metric of a model on held-out examples, in evaluation mode, for `train`.
 *
 * A loss gives `sum_i l_i / sum_i w_i` over all examples, of a scalar loss the mean over the batches by their weights; smaller is better.
 * A metric sees all examples at once and says itself which way is better.
 *
 * @param options `step`, whose states are looked at; `model`; `data` as of `minibatches`; `loss`, or `metric` as of `metricById`
 * @returns a validation with `dispose()`
 * @throws TypeError for both or none of `loss` and `metric`, and other options
 * @example
 * validationOn({ step, model, data: minibatches(held, { size: 64, seed: 0 }), metric: metricById("roc-auc") })
 */
export function validationOn<State, H extends Hyper = Hyper>(
  options: ValidationOptions<State, H>,
): Validation<State> & { shape: readonly number[]; higherIsBetter: boolean; dispose(): void } {
  const { step, model, data, loss, metric, compile } = readOptions("validationOn", options, {
    step: true,
    model: true,
    data: true,
    loss: true,
    metric: true,
    compile: true,
  });
  if ((loss === undefined) === (metric === undefined))
    throw typeError("validationOn", "either loss or metric", loss === undefined ? undefined : "both");
  if (metric !== undefined && typeof metric.evaluate !== "function")
    throw typeError("metric", 'a metric, e.g. metricById("accuracy")', metric);
  const { evaluate, dispose } =
    metric === undefined ? meanLoss(model, loss as BatchLoss, compile) : wholeMetric(model, metric, compile);
  return {
    shape: data.shape,
    higherIsBetter: metric?.higherIsBetter ?? false,
    score: (state) =>
      evaluate(
        { params: step.params(state), state: step.modelState(state) },
        (state as { hyper?: Hyper }).hyper ?? {},
        data.epoch(0),
      ),
    dispose,
  };
}

type Evaluation = {
  evaluate(
    looked: { params: Tree; state: Tree },
    hyper: Hyper,
    batches: ReturnType<Minibatches["epoch"]>,
  ): Promise<number>;
  dispose(): void;
};

function meanLoss(model: Model, loss: BatchLoss, compile: Compile = compileWithJit): Evaluation {
  const program = compile(
    (
      params: Tree,
      state: Tree,
      hyper: TracedHyper,
      { x, y, weights, key }: { x: np.Array; y: np.Array; weights: np.Array; key: np.Array },
    ) => {
      const [output] = model.apply({ params, state }, x, { training: false });
      const values = loss(output, y, { weights: weights.ref, key, hyper: named(hyper) });
      checkLossValues(values, weights);
      const total = weights.sum();
      return [values.ndim === 0 ? values.mul(total.ref) : values.sum(), total];
    },
  );
  return {
    async evaluate({ params, state }, hyper, batches) {
      let [sum, total] = [0, 0];
      for (const { x, y, weights } of batches) {
        const arrays = { x, y, weights, key: keyOf(0) };
        const inputs = hyperInputs(hyper, params);
        const [part, size] = program(refTree(params), refTree(state), inputs, arrays) as np.Array[];
        sum += (await part.data())[0];
        total += (await size.data())[0];
      }
      return sum / total;
    },
    dispose: () => program.dispose(),
  };
}

function wholeMetric(model: Model, metric: Metric, compile?: Compile): Evaluation {
  const forward =
    metric.kind === "classification" ? probabilitiesOf(model, compile) : predictor(model, compile);
  return {
    async evaluate({ params, state }, _hyper, batches) {
      const [outputs, targets]: [number[], number[]] = [[], []];
      for (const { x, y, weights, rows } of batches) {
        weights.dispose();
        const out = forward(params, state, x);
        const width = out.size / out.shape[0];
        if (metric.kind === "regression" && width !== 1)
          throw rangeError("model", "one output for the metric", width);
        const given = y.size / y.shape[0];
        for (const value of (await out.data()).subarray(0, rows * width)) outputs.push(value);
        for (const value of (await y.data()).subarray(0, rows * given)) targets.push(value);
      }
      if (metric.kind === "regression") return metric.evaluate({ targets, predictions: outputs });
      const classes = outputs.length / targets.length;
      const predicted = targets.map((_, i) => {
        const own = outputs.slice(i * classes, (i + 1) * classes);
        return own.indexOf(Math.max(...own));
      });
      return metric.evaluate({ labels: targets, probabilities: outputs, predicted });
    },
    dispose: () => forward.dispose(),
  };
}
