import { oneOf, parameter, readOptions, refTree, type Tree } from "minimand/engine";
import type { Hyper, InitHyper } from "minimand/training";
import { plus, times } from "./arithmetic.ts";
import { type Bilevel, partialsOf } from "./bilevel.ts";
import { type ArchitectureSearch, makeSearch, type SearchOptions, searchOptions } from "./search.ts";

/**
 * Returns the search with one network: minimises `L_val(w, a) + lambda L_train(w, a)` over both, {@link rarts} with `y = w`.
 *
 * `gauss-seidel` (default) moves the architecture at the new weights, 4 gradients a step; `jacobi` both at the old point, 2
 * gradients. The data are split but the network isn't: weights see the validation half too, so nothing holds the
 * architecture back from what only fits. It is the limit of {@link rarts} for `beta -> infinity`.
 *
 * Hyperparameters: `lambda` >= 0, default 1, and what the optimizers ask for.
 *
 * @throws RangeError for options outside their ranges
 * @example
 * singleLevel(problem, { optimizer: sgd(0.1), architectureOptimizer: adam(3e-2) })
 * @see Xue, Qi, Xin 2020, arXiv 2008.03901, section 3: data splitting without network splitting
 */
export function singleLevel<H extends Hyper = Hyper>(
  problem: Bilevel<never>,
  options: SearchOptions<H> & { order?: "gauss-seidel" | "jacobi" },
): ArchitectureSearch<Tree, InitHyper<H, { lambda?: number }>>;
export function singleLevel(
  problem: Bilevel<never>,
  options: SearchOptions & { order?: "gauss-seidel" | "jacobi" },
): ArchitectureSearch {
  const { order } = readOptions("singleLevel", options, {
    ...searchOptions,
    order: ["gauss-seidel", oneOf(["gauss-seidel", "jacobi"])],
  });
  const jacobi = order === "jacobi";
  const train = partialsOf(problem.trainLoss as Bilevel["trainLoss"]);
  const val = partialsOf(problem.valLoss as Bilevel["valLoss"]);
  return makeSearch(options, {
    gradientsPerStep: jacobi ? 2 : 4,
    networks: [],
    hyper: { lambda: { default: 1, min: 0 } },
    body({ one, networks, architecture: a, hyper, trainBatch, valBatch, stepNetwork, stepArchitecture }) {
      const { lambda } = hyper;
      const w = networks.weights;
      const [before, atTrain] = jacobi
        ? train.inBoth(one.ref, refTree(w), refTree(a), refTree(trainBatch))
        : both(train.inWeights(one.ref, refTree(w), refTree(a), refTree(trainBatch)));
      const [beforeVal, atVal] = jacobi
        ? val.inBoth(one.ref, refTree(w), refTree(a), refTree(valBatch))
        : both(val.inWeights(one.ref, refTree(w), refTree(a), refTree(valBatch)));
      const nextW = stepNetwork("weights", plus(times(atTrain.weights, lambda.ref), atVal.weights), w);
      let [trainLoss, inTrain] = [before, atTrain.architecture];
      let [valLoss, inVal] = [beforeVal, atVal.architecture];
      if (!jacobi) {
        [trainLoss, inTrain] = train.inArchitecture(one.ref, refTree(nextW), refTree(a), trainBatch);
        [valLoss, inVal] = val.inArchitecture(one, refTree(nextW), refTree(a), valBatch);
      }
      const nextA = stepArchitecture(plus(times(inTrain, lambda.ref), inVal), a);
      const loss = valLoss.ref.add(trainLoss.ref.mul(parameter(lambda.ref, trainLoss)));
      return {
        networks: { weights: nextW },
        architecture: nextA,
        metrics: { loss, trainLoss, valLoss },
      };
    },
  });
}

const both = ([value, weights]: ReturnType<ReturnType<typeof partialsOf>["inWeights"]>) =>
  [value, { weights, architecture: [] }] as ReturnType<ReturnType<typeof partialsOf>["inBoth"]>;
