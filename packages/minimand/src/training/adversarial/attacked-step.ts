import type { numpy as np } from "@jax-js/jax";
import { checkNumber } from "../../engine/checks.ts";
import { type OptionNames, readOptions } from "../../engine/options.ts";
import { constantOf } from "../../engine/parameter.ts";
import { keyOf } from "../../engine/random.ts";
import { disposeTree, refTree, type Tree } from "../../engine/tree.ts";
import type { Model } from "../../models/model.ts";
import { gradientAt } from "../gradient-at.ts";
import type { Hyper, HyperRanges } from "../hyper.ts";
import type { ArrayBatch, Objective, ObjectiveContext } from "../objective.ts";
import { predictor } from "../predict.ts";
import { makeStep } from "../step.ts";
import type { SupervisedOptions } from "../supervised.ts";
import type { SupervisedState } from "../train-step.ts";
import { readInit, type TrainStep } from "../train-step.ts";
import { attackSize, type PgdOptions, pgd, pgdOptions } from "./pgd.ts";

/** How an adversarial training step is built: a supervised step without objective, and an attack. */
export type AdversarialStepOptions<H extends Hyper = Hyper> = Omit<SupervisedOptions<H>, "objective"> &
  PgdOptions;

const names: OptionNames<AdversarialStepOptions> = {
  model: true,
  optimizer: true,
  hyper: true,
  ...pgdOptions,
};

/** The size of an attack among the hyperparameters. */
export type AttackHyper = { gamma: number; stepSize?: number };

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
 * them, then one update of a loss of both. The attacked inputs are data of the update: no gradient goes
 * through the attack. While attacking, the model runs in evaluation mode.
 */
export function pairStep(
  name: string,
  options: AdversarialStepOptions,
  parts: { attack: ScoreAttack<{ logits: np.Array; y: np.Array }>; loss: PairLoss; defaults: Hyper },
): TrainStep<SupervisedState> {
  const { model, optimizer, hyper, compile, ...ascent } = readOptions(name, options, names);
  const attack = modelAttack(model, parts.attack, { ...ascent, compile });
  const scores = predictor(model, compile);
  const at = gradientAt(pairObjective(model, parts.loss));
  const step = makeStep(
    { model, optimizer, hyper, compile },
    {
      name,
      hyper: { ...attackRanges, ...withDefaults(parts.defaults) },
      // The attack is on the parameters of the moment.
      alone: () => true,
      prepare(state, { x, y }) {
        const logits = scores(state.params, state.modelState, x.ref);
        return { attacked: attack(state, x.ref, { logits, y: y.ref }) };
      },
      direction(inputs) {
        const { loss, aux, gradient } = at(refTree(inputs.params), inputs, refTree(inputs.own));
        return { metrics: { loss }, direction: gradient, ...aux };
      },
      dispose() {
        for (const program of [attack, scores]) program.dispose();
      },
    },
  );
  return { ...step, init: initWithSize(step, hyper) };
}

/** The step of methods that train on the attacked inputs alone. */
export function attackedOnlyStep(
  name: string,
  options: AdversarialStepOptions,
  parts: { attack: ScoreAttack<{ y: np.Array }>; objective: (model: Model) => Objective },
): TrainStep<SupervisedState> {
  const { model, optimizer, hyper, compile, ...ascent } = readOptions(name, options, names);
  const attack = modelAttack(model, parts.attack, { ...ascent, compile });
  const at = gradientAt(parts.objective(model));
  const step = makeStep(
    { model, optimizer, hyper, compile },
    {
      name,
      hyper: attackRanges,
      alone: () => true,
      prepare: (state, { x, y }) => ({ attacked: attack(state, x.ref, { y: y.ref }) }),
      direction(inputs) {
        const onAttacked = { ...inputs, x: inputs.own.attacked };
        const { loss, aux, gradient } = at(refTree(inputs.params), onAttacked, {});
        return { metrics: { loss }, direction: gradient, modelState: aux.modelState };
      },
      dispose: () => attack.dispose(),
    },
  );
  return { ...step, init: initWithSize(step, hyper) };
}

const attackRanges: HyperRanges = { gamma: { min: 0 }, stepSize: {} };

const withDefaults = (defaults: Hyper): HyperRanges =>
  Object.fromEntries(Object.entries(defaults).map(([name, usual]) => [name, { default: usual }]));

/** Completes the size of the attack, which is checked before training starts. */
function initWithSize(
  inner: TrainStep<SupervisedState>,
  declared: Hyper | undefined,
): TrainStep<SupervisedState>["init"] {
  return (key, options) => {
    const { hyper, memory } = readInit(options);
    const { gamma, stepSize } = { ...declared, ...hyper };
    checkNumber("hyper.gamma", gamma, { min: 0 });
    const size = attackSize({ gamma, stepSize });
    return inner.init(key, { hyper: { ...hyper, ...size }, memory });
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

/** The mean of a loss of two forward passes, on the inputs of a batch and on the attacked ones. */
function pairObjective(model: Model, loss: PairLoss) {
  return (
    params: Tree,
    { modelState, memory, key, hyper }: ObjectiveContext,
    { x, y, weights }: ArrayBatch,
  ): [np.Array, { modelState: Tree }] => {
    const pass = (state: Tree, inputs: np.Array) =>
      model.apply({ params: refTree(params), state }, inputs, {
        training: true,
        key: key.ref,
        weights: weights.ref,
      });
    const [cleanLogits, afterClean] = pass(modelState, x);
    const [advLogits, nextState] = pass(afterClean, memory.attacked);
    const values = loss(cleanLogits, advLogits, y, { weights: weights.ref, hyper });
    disposeTree([params, key]);
    return [values.sum().div(constantOf(weights.sum(), values.dtype)), { modelState: nextState }];
  };
}
