import { numpy as np } from "@jax-js/jax";
import {
  type AsyncCompile,
  type Compile,
  checkShape,
  compileWithJit,
  constantOf,
  disposeTree,
  keyOf,
  rangeError,
  readOptions,
  refTree,
  type Tree,
  typeError,
} from "minimand/engine";
import type { GradientTransformation } from "minimand/optimizers";
import { adam, applyIfFinite } from "minimand/optimizers";
import type {
  AsyncSupervisedStep,
  Batch,
  Objective,
  SupervisedState,
  SupervisedStep,
} from "minimand/training";
import { disposeState, fit, supervised } from "minimand/training";
import type { Unfolded } from "./unfold.ts";

/** What a loss of an unfolded network is given in addition to its output: measurements `y`, signals, the system. */
export type UnfoldedData = { y: np.Array; signals: np.Array; system: { [name: string]: np.Array } };

/** One value per example, `[batch]`. Consumes its arguments. */
export type UnfoldedLoss = (output: np.Array, data: UnfoldedData) => np.Array;

/**
 * Returns the error of an estimate whose signal is known, `||x_T - x||^2`, summed over all axes but the first.
 *
 * @returns one value per example, `[batch]`
 * @throws RangeError for signals of another shape than the estimate's
 * @example
 * supervisedLoss(np.array([[1, 2]]), { y: np.array([[0]]), signals: np.array([[1, 4]]), system: {} }) // [4]
 */
export function supervisedLoss(output: np.Array, { y, signals, system }: UnfoldedData): np.Array {
  checkShape("signals", signals, output.shape);
  disposeTree([y, system]);
  const squares = np.square(output.sub(signals));
  return squares.ndim === 1 ? squares : squares.reshape([squares.shape[0], -1]).sum(-1);
}

/**
 * Returns the loss of training without signals: the objective of the iteration that was unfolded.
 *
 * @returns a loss that doesn't look at the signals
 * @throws TypeError for a network of an iteration without an objective, such as {@link tista}
 * @example
 * const step = unfoldedStep({ network, loss: unsupervisedLoss(network) })
 */
export function unsupervisedLoss(network: Unfolded): UnfoldedLoss {
  const objective = network?.iteration?.objective;
  if (objective === undefined)
    throw typeError(
      "network",
      "an unfolded iteration with an objective",
      network?.iteration?.name ?? network,
    );
  return (output, { y, signals, system }) => {
    signals.dispose();
    return objective(output, { y, system });
  };
}

/** How a step is built that trains an unfolded network. */
export interface UnfoldedStepOptions {
  network: Unfolded;
  /** {@link supervisedLoss}, that of {@link unsupervisedLoss}, or an own one. */
  loss: UnfoldedLoss;
  /** Default `adam(0.01)`. */
  optimizer?: GradientTransformation;
  /** Default: the engine's `jit`. */
  compile?: Compile;
}

/** Options of an unfolded step with a compiler that may answer later. */
export interface AsyncUnfoldedStepOptions extends Omit<UnfoldedStepOptions, "compile"> {
  compile: AsyncCompile;
}

/** A step that trains the first `depth` layers. */
export type UnfoldedStep = SupervisedStep<{ depth: number }>;

/** An {@link UnfoldedStep} whose updates may come later. */
export type AsyncUnfoldedStep = AsyncSupervisedStep<{ depth: number }>;

/**
 * Returns the training step of an unfolded network: the mean loss of the estimate behind the layer `depth`, a hyperparameter, so that one
 * program trains all depths. Its batches hold measurements as `x`, and signals as `y` (anything of the batch's length where the loss takes
 * none).
 *
 * Steps with a gradient that isn't finite are skipped. Parameters with a least value don't fall below it.
 *
 * @returns a step for {@link trainUnfolded}, or for `fit`; its updates come later where `compile` is asynchronous
 * @throws TypeError for what is no unfolded network, a loss that is no function, an unknown option
 * @example
 * const step = unfoldedStep({ network, loss: supervisedLoss, optimizer: adam(0.04) })
 */
export function unfoldedStep(options: UnfoldedStepOptions): UnfoldedStep;
export function unfoldedStep(options: AsyncUnfoldedStepOptions): AsyncUnfoldedStep;
export function unfoldedStep(options: UnfoldedStepOptions | AsyncUnfoldedStepOptions): AsyncUnfoldedStep {
  const {
    network,
    loss,
    optimizer = adam(0.01),
  } = readOptions("unfoldedStep", options, { network: true, loss: true, optimizer: true, compile: true });
  const compile: AsyncCompile = options.compile ?? compileWithJit;
  if (typeof network?.trajectory !== "function") throw typeError("network", "an unfolded network", network);
  if (typeof loss !== "function")
    throw typeError("loss", "a function (output, { y, signals, system })", loss);
  const objective: Objective<{ depth: number }> = (params, context, { x, y, weights }) => {
    const { modelState, memory, key, hyper } = context;
    const options = { training: true, key, depth: hyper.depth };
    const [output, system] = network.apply({ params, state: modelState }, x.ref, options);
    const data = { y: x, signals: y, system: refTree(system) as UnfoldedData["system"] };
    const values = loss(output.ref, data);
    const shares = constantOf(weights, values.dtype);
    const mean = values.mul(shares.ref).sum().div(shares.sum());
    return [mean, { output, modelState: system, memory }];
  };
  return supervised<{ depth: number }>({
    model: network,
    objective,
    optimizer: keptAtLeast(applyIfFinite(optimizer), network.iteration.least),
    hyper: { depth: network.layers },
    compile,
  });
}

/** A whole optimizer whose steps end where parameters have their least value. */
function keptAtLeast(
  optimizer: GradientTransformation,
  least: Readonly<Record<string, number>>,
): GradientTransformation {
  return {
    init: optimizer.init,
    update(updates, state, params) {
      const [all, next] = optimizer.update(updates, state, refTree(params));
      const kept = Object.entries(all as { [name: string]: np.Array }).map(([name, update]) => {
        const p = (params as { [name: string]: np.Array })[name];
        if (least[name] === undefined) {
          p.dispose();
          return [name, update];
        }
        return [name, np.maximum(p.ref.add(update), least[name]).sub(p)];
      });
      return [Object.fromEntries(kept), next];
    },
  };
}

/** What is reported after each generation. */
export interface Generation {
  /** How many layers were trained. */
  depth: number;
  /** Mean loss of the generation's batches. */
  loss: number;
}

/** How {@link trainUnfolded} goes on. */
export interface TrainUnfoldedOptions {
  network: Unfolded;
  /** Of {@link unfoldedStep}, for this network or one of the same shapes with another system. */
  step: AsyncUnfoldedStep;
  /** The batches of a generation, counted from 1: fresh ones each time where they can be drawn. */
  batches: (generation: number) => Iterable<Batch> | AsyncIterable<Batch>;
  /**
   * Whether generation `g` trains the first `g` layers by the estimate behind them, with an optimizer that starts anew; otherwise all
   * generations train all layers. Default true.
   */
  incremental?: boolean;
  /** Start parameters, consumed; default those of the iteration. */
  params?: Tree;
  onGeneration?: (generation: Generation) => void;
  signal?: AbortSignal;
}

/**
 * Trains an unfolded network by as many generations as it has layers.
 *
 * A network trained at once from the start has small gradients in its first layers; trained layer by layer, each new one begins behind
 * layers that are good already.
 *
 * @returns the trained parameters, which the caller owns, and what each generation's mean loss was
 * @throws TypeError for what is no network or step, an unknown option; NonFiniteError where the loss is not finite; the reason of `signal`
 *   when aborted
 * @example
 * const { params } = await trainUnfolded({ network, step, batches: (generation) => batches.epoch(generation) })
 * @see Ito, Takabe, Wadayama 2019, IEEE Trans. Signal Process. 67(12), arXiv 1801.01978, section III, incremental training
 */
export async function trainUnfolded(
  options: TrainUnfoldedOptions,
): Promise<{ params: { [name: string]: np.Array }; generations: Generation[] }> {
  const {
    network,
    step,
    batches,
    incremental,
    params: given,
    onGeneration,
    signal,
  } = readOptions("trainUnfolded", options, {
    network: true,
    step: true,
    batches: true,
    incremental: [true],
    params: true,
    onGeneration: true,
    signal: true,
  });
  if (typeof network?.trajectory !== "function") throw typeError("network", "an unfolded network", network);
  if (typeof step?.update !== "function") throw typeError("step", "a step of unfoldedStep", step);
  if (typeof batches !== "function") throw typeError("batches", "a function of the generation", batches);
  const start = network.init(keyOf(0));
  if (given !== undefined) disposeTree(start.params);
  const depthOf = (generation: number) => (incremental ? generation : network.layers);
  const owned = { params: given ?? start.params, modelState: start.state };
  let state = stateAt(step, depthOf(1), owned);
  const generations: Generation[] = [];
  for (let generation = 1; generation <= network.layers; generation++) {
    const depth = depthOf(generation);
    if (incremental && generation > 1) {
      const { params, optimizer, modelState } = state;
      disposeTree(optimizer);
      state = stateAt(step, depth, { params, modelState });
    }
    const losses: number[] = [];
    const onMetrics = ({ loss }: { loss: number }) => losses.push(loss);
    state = await fit({ step, state, batches: within(() => batches(generation)), onMetrics, signal });
    if (losses.length === 0) {
      disposeState(state);
      throw rangeError(`batches(${generation})`, "at least one batch", 0);
    }
    generations.push({ depth, loss: losses.reduce((a, b) => a + b) / losses.length });
    onGeneration?.(generations[generation - 1]);
  }
  disposeTree([state.optimizer, state.modelState]);
  return { params: state.params as { [name: string]: np.Array }, generations };
}

/** A state at a depth with these parameters and system, and an optimizer that starts anew. */
function stateAt(
  step: AsyncUnfoldedStep,
  depth: number,
  owned: Pick<SupervisedState, "params" | "modelState">,
): SupervisedState<{ depth: number }> {
  const fresh = step.init(keyOf(0, depth), { hyper: { depth } });
  disposeTree([fresh.params, fresh.modelState]);
  return { ...fresh, ...owned };
}

/** Batches that are asked for by the one who frees what is left where that fails. */
async function* within(batches: () => Iterable<Batch> | AsyncIterable<Batch>): AsyncGenerator<Batch> {
  yield* batches();
}
