import { numpy as np } from "@jax-js/jax";
import { rangeError } from "../../engine/checks.ts";
import { oneOf, readOptions } from "../../engine/options.ts";
import { refTree } from "../../engine/tree.ts";
import { gradientAt } from "../gradient-at.ts";
import { makeStep } from "../step.ts";
import { type Hyper, type SupervisedOptions, supervisedOptions } from "../supervised.ts";
import type { InitArguments, InitHyper, SupervisedState, SupervisedStep } from "../train-step.ts";
import {
  checkExampleIds,
  checkHistory,
  historyShape,
  lookUpOutputs,
  type OutputHistory,
  writeOutputs,
} from "./output-history.ts";
import {
  type TrajectoryDistance,
  type TrajectoryHyper,
  trajectoryHyper,
  withTrajectory,
} from "./trajectory-objective.ts";

/** How a {@link saf} step is built. */
export interface SafOptions<H extends Hyper = Hyper> extends SupervisedOptions<H> {
  /** Default `kl`. */
  distance?: TrajectoryDistance;
}

/** The hyperparameters of {@link saf}. */
export type SafHyper = TrajectoryHyper & { endEpoch?: number };

/** A {@link saf} step: its `init` has to be given an {@link outputHistory}, and `stepsPerEpoch` where it isn't declared. */
export interface SafStep<H extends Hyper = Hyper> extends Omit<SupervisedStep<H, SafHyper>, "init"> {
  init(
    key: np.Array,
    start: NonNullable<InitArguments<InitHyper<H, SafHyper>>[0]> & { memory: OutputHistory },
  ): ReturnType<SupervisedStep<H, SafHyper>["init"]>;
}

/**
 * Sharpness-aware training for free (SAF): the objective and a term that holds the outputs to what they were
 * some epochs ago.
 *
 * `L + lambda mean_i tau^2 KL(softmax(y_i / tau) || softmax(z_i / tau))` with the present logits `z_i` and
 * the logits `y_i` that were recorded when example `i` was visited `lag` epochs before. One forward and one
 * backward pass an update; the price is the memory, an {@link outputHistory} of `4 examples (lag + 1)
 * (outputs + 1)` bytes on the host, given to `init`. The term is active from epoch `max(startEpoch, lag)` on
 * (before `endEpoch`, where given); examples without a record of that epoch are left out of it, and the mean
 * is over the whole batch.
 *
 * Hyperparameters: `stepsPerEpoch` (required: the epoch is counted by it), `lambda >= 0` (0.3; 0 is the
 * objective alone), `tau > 0` (5), `startEpoch` (5), `endEpoch` (none). Each batch names different examples
 * by their ids; a mixture of examples (mixup) has no id. Outputs are read at once, which WebGPU can't do.
 *
 * @param options as for `supervised`, whose objective may have no memory of its own; `distance`
 * @returns a train step; `init` throws TypeError, RangeError for hyperparameters out of range and a memory
 * that is no history, `update` for example ids that are missing, repeated or out of range
 * @throws RangeError for an unknown `distance`
 * @example
 * const step = saf({ model, objective, optimizer: sgd(0.05, { momentum: 0.9 }) })
 * const memory = outputHistory({ examples: batches.count, outputs: 10 })
 * let state = step.init(random.key(0), { hyper: { stepsPerEpoch: batches.perEpoch }, memory })
 * @see Du et al. 2022, arXiv 2205.14083, algorithm 1
 */
export function saf<H extends Hyper = Hyper>(options: SafOptions<H>): SafStep<H>;
export function saf(options: SafOptions): SafStep {
  const { distance } = readOptions("saf", options, {
    ...supervisedOptions,
    distance: ["kl", oneOf(["kl", "squared-error"])],
  });
  const at = gradientAt(withTrajectory(options.objective, distance));
  const epochOf = ({ count, hyper }: SupervisedState): number => Math.floor(count / hyper.stepsPerEpoch);
  return makeStep(options, {
    name: "saf",
    hyper: { ...trajectoryHyper(0.3), endEpoch: { optional: true } },
    check({ memory, hyper: { endEpoch, startEpoch } }) {
      checkHistory(memory);
      if (endEpoch !== undefined && !(endEpoch >= startEpoch))
        throw rangeError("hyper.endEpoch", `a number >= hyper.startEpoch = ${startEpoch}`, endEpoch);
    },
    direction(inputs) {
      const { params, own } = inputs;
      const { loss, aux, gradient } = at(refTree(params), inputs, refTree(own));
      const kept = { outputs: aux.output };
      return { metrics: { loss }, direction: gradient, modelState: aux.modelState, kept };
    },
    alone: () => true,
    prepare(state, { ids, rows, weights }) {
      const history = state.memory as OutputHistory;
      const { examples, width } = historyShape(history);
      checkExampleIds(ids, rows, examples);
      const size = weights.shape[0];
      const epoch = epochOf(state);
      const { startEpoch, endEpoch = Infinity } = state.hyper;
      const { past, valid } = lookUpOutputs(history, epoch, ids, {
        // Past the end it never starts.
        startEpoch: epoch < endEpoch ? startEpoch : epoch + 1,
        size,
      });
      return { past: np.array(past, { shape: [size, width] }), active: np.array(valid) };
    },
    record(state, { ids }, { outputs }) {
      writeOutputs(state.memory as OutputHistory, epochOf(state), ids, outputs.dataSync() as Float32Array);
    },
  });
}
