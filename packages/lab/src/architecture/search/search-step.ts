import { numpy as np } from "@jax-js/jax";
import type { Tree } from "minimand/engine";
import { derive, rangeError, readOptions, seedOf } from "minimand/engine";
import type { Batch, GivenHyper, Hyper } from "minimand/training";
import { readInit, type StepResult, type TrainStep } from "minimand/training";
import { type Bilevel, bilevelOf, type SearchBatch, type SearchLoss, type SearchModel } from "./bilevel.ts";
import type { ArchitectureSearch, SearchState } from "./search.ts";

/** What a {@link searchStep} carries from one batch to the next. */
export interface SearchStepState {
  search: SearchState;
  /** Which examples belong to which half. */
  seed: number;
  /** Copied to the state of the search at every step, so that a schedule may change it. */
  hyper: Hyper;
}

/** How a {@link searchStep} is built. */
export interface SearchStepOptions<Given extends object = GivenHyper> {
  model: SearchModel;
  loss: SearchLoss;
  /** Any search, made of the two losses. */
  search: (problem: Bilevel<SearchBatch>) => ArchitectureSearch<Tree, Given>;
  /** Share of the examples that only the validation loss sees, in (0, 1); default 0.5. */
  validationShare?: number;
}

/**
 * Returns a search as a training step, for the loops that train everything else.
 *
 * Every example belongs to one half, by its stable id and the key of the run, and its weight is 0 in the loss of the other.
 * A step so costs two whole batches; draw batches of the halves and call the search itself to save that. Parameters are
 * `{ weights, architecture }`, those of the first network.
 *
 * @throws RangeError for a share outside (0, 1)
 * @example
 * searchStep({ model, loss, search: (problem) => rarts(problem, { optimizer, architectureOptimizer }) })
 */
export function searchStep<Given extends object = GivenHyper>(
  options: SearchStepOptions<Given>,
): TrainStep<SearchStepState, Batch, StepResult<SearchStepState>, Given>;
export function searchStep(options: SearchStepOptions): TrainStep<SearchStepState> {
  const { model, loss, search, validationShare } = readOptions("searchStep", options, {
    model: true,
    loss: true,
    search: true,
    validationShare: [0.5, { above: 0, below: 1 }],
  });
  const inner = search(bilevelOf(model, loss));
  return {
    name: "searchStep",
    init(key, given) {
      const { hyper, memory } = readInit(given);
      if (Object.keys(memory).length > 0) throw rangeError("memory", "none", Object.keys(memory).join(", "));
      const seed = seedOf(key);
      const { params } = model.init(key);
      const state = inner.init(params.weights, params.architecture, { hyper });
      return { search: state, seed, hyper: state.hyper };
    },
    update(state, batch) {
      const [trainBatch, valBatch] = halves(batch, state.seed, validationShare);
      const [next, metrics] = inner.update({ ...state.search, hyper: state.hyper }, trainBatch, valBatch);
      return [{ ...state, search: next }, metrics];
    },
    params: ({ search: { networks, architecture } }) => ({ weights: networks.weights, architecture }),
    modelState: () => ({}),
    dispose: () => inner.dispose(),
  };
}

/** The batch with the weights of each half. Consumes it. */
function halves({ x, y, weights, ids }: Batch, seed: number, share: number): [SearchBatch, SearchBatch] {
  const all = weights.dataSync() as Float32Array;
  const [train, val] = [new Float32Array(all.length), new Float32Array(all.length)];
  ids.forEach((id, row) => {
    (derive(seed, id) / 2 ** 32 < share ? val : train)[row] = all[row];
  });
  return [
    { x: x.ref, y: y.ref, weights: np.array(train) },
    { x, y, weights: np.array(val) },
  ];
}
