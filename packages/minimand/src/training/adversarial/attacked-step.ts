import { numpy as np } from "@jax-js/jax";
import { checkNumber } from "../../engine/checks.ts";
import { type Compile, type Compiled, compileWithJit } from "../../engine/compile.ts";
import { checkOptions } from "../../engine/options.ts";
import { constantOf } from "../../engine/parameter.ts";
import { keyOf } from "../../engine/random.ts";
import type { Tree } from "../../engine/tree.ts";
import { refTree } from "../../engine/tree.ts";
import type { Model } from "../../models/model.ts";
import type { Objective, ObjectiveContext } from "../objective.ts";
import { predictor } from "../predict.ts";
import { type Hyper, type SupervisedOptions, type SupervisedState, supervised } from "../supervised.ts";
import { readInit, type TrainStep } from "../train-step.ts";
import { attackSize, type PgdOptions, pgd, pgdOptions } from "./pgd.ts";

/** How an adversarial training step is built: a supervised step without objective, and an attack. */
export type AdversarialStepOptions = Omit<SupervisedOptions, "objective"> & PgdOptions;

/** What an attack of a training step climbs: one value per example of the scores at the perturbed inputs. */
export type ScoreAttack<Data extends Tree> = (advLogits: np.Array, data: Data) => np.Array;

/** A loss of the scores at the inputs and at the attacked inputs: weighted per-example values `[batch]`. */
export type PairLoss = (
  cleanLogits: np.Array,
  advLogits: np.Array,
  y: np.Array,
  options: { weights: np.Array; hyper: ObjectiveContext["hyper"] },
) => np.Array;

/**
 * The step of all methods that train on a batch and its attacked copy: the clean scores, the attack on
 * them, then one supervised update of a loss of both. The attacked inputs are data of the update: no gradient goes
 * through the attack. While attacking, the model runs in evaluation mode.
 */
export function pairStep(
  name: string,
  options: AdversarialStepOptions,
  parts: { attack: ScoreAttack<{ logits: np.Array; y: np.Array }>; loss: PairLoss; defaults: Hyper },
): TrainStep<SupervisedState> {
  const { model, optimizer, compile = compileWithJit, ...ascent } = readOptions(name, options);
  const objective = pairObjective(model, parts.loss);
  const inner = oneByOne(supervised({ model, objective, optimizer, compile }));
  const attack = modelAttack(model, parts.attack, { ...ascent, compile });
  const scores = predictor(model, compile);
  const pair = stacked(compile);
  return {
    ...inner,
    init: initWithSize(inner, parts.defaults),
    update(state, batch) {
      const logits = scores(state.params, state.modelState, batch.x.ref);
      const adversarial = attack(state, batch.x.ref, { logits, y: batch.y.ref });
      return inner.update(state, { ...batch, x: pair(batch.x, adversarial) });
    },
    dispose() {
      for (const program of [inner, attack, scores, pair]) program.dispose();
    },
  };
}

/** The step of methods that train on the attacked inputs alone. */
export function attackedOnlyStep(
  name: string,
  options: AdversarialStepOptions,
  parts: { attack: ScoreAttack<{ y: np.Array }>; objective: Objective },
): TrainStep<SupervisedState> {
  const { model, optimizer, compile = compileWithJit, ...ascent } = readOptions(name, options);
  const inner = oneByOne(supervised({ model, objective: parts.objective, optimizer, compile }));
  const attack = modelAttack(model, parts.attack, { ...ascent, compile });
  return {
    ...inner,
    init: initWithSize(inner, {}),
    update: (state, batch) =>
      inner.update(state, { ...batch, x: attack(state, batch.x, { y: batch.y.ref }) }),
    dispose() {
      for (const program of [inner, attack]) program.dispose();
    },
  };
}

function readOptions(name: string, options: AdversarialStepOptions): AdversarialStepOptions {
  checkOptions(name, options, { model: true, optimizer: true, ...pgdOptions });
  return options;
}

/** The step without its blocks: an attack on the parameters of the moment comes before each update. */
function oneByOne(step: TrainStep<SupervisedState>): TrainStep<SupervisedState> {
  const { updateAll: _updateAll, blockSize: _blockSize, ...single } = step;
  return single;
}

/** Hyperparameters with their defaults; the size of the attack is checked before training starts. */
function initWithSize(
  inner: TrainStep<SupervisedState>,
  defaults: Hyper,
): TrainStep<SupervisedState>["init"] {
  return (key, options) => {
    const { hyper, memory } = readInit(options);
    const { gamma, stepSize, ...rest } = { ...defaults, ...hyper };
    checkNumber("hyper.gamma", gamma, { min: 0 });
    const size = attackSize({ gamma, stepSize });
    return inner.init(key, { hyper: { ...rest, ...size }, memory });
  };
}

/**
 * The attack on a batch of a training state, from a random start that the state's stream and count determine.
 * Consumes inputs and data.
 */
function modelAttack<Data extends Tree>(
  model: Model,
  climbed: ScoreAttack<Data>,
  options: PgdOptions,
): ((state: SupervisedState, x: np.Array, data: Data) => np.Array) & { dispose(): void } {
  const attack = pgd<{ params: Tree; modelState: Tree; data: Data }>((x, { params, modelState, data }) => {
    const [advLogits] = model.apply({ params, state: modelState }, x, { training: false });
    return climbed(advLogits, data);
  }, options);
  return Object.assign(
    ({ params, modelState, hyper, seed, count }: SupervisedState, x: np.Array, data: Data) => {
      const { gamma, stepSize } = hyper;
      // A stream of its own, apart from the keys of the update.
      const start = { key: keyOf(seed, count, 1) };
      return attack(
        x,
        { params: refTree(params), modelState: refTree(modelState), data },
        { gamma, stepSize, start },
      );
    },
    { dispose: () => attack.dispose() },
  );
}

/** `(clean, attacked) => [2, batch, ...]`, compiled. */
function stacked(compile: Compile): Compiled<[np.Array, np.Array], np.Array> {
  return compile((clean: np.Array, attacked: np.Array) => np.stack([clean, attacked]));
}

/** The mean of a loss of two forward passes, on a batch whose inputs are `[2, batch, ...]`. */
function pairObjective(model: Model, loss: PairLoss): Objective {
  return (params, { modelState, memory, key, hyper }, { x, y, weights }) => {
    const pass = (state: Tree, inputs: np.Array) =>
      model.apply({ params: refTree(params), state }, inputs, {
        training: true,
        key: key.ref,
        weights: weights.ref,
      });
    const [cleanLogits, afterClean] = pass(modelState, x.ref.slice(0));
    const [advLogits, nextState] = pass(afterClean, x.slice(1));
    const values = loss(cleanLogits.ref, advLogits, y, { weights: weights.ref, hyper });
    const scalar = values.sum().div(constantOf(weights.sum(), values.dtype));
    return [scalar, { output: cleanLogits, modelState: nextState, memory }];
  };
}
