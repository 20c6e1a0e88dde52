import { checkNumber } from "../../engine/errors.ts";
import { readOptions } from "../../engine/options.ts";
import { type Minibatches, minibatches } from "../batches.ts";
import type { Hyper } from "../hyper.ts";
import type { SupervisedStep } from "../train-step.ts";
import type { PreferenceExamples } from "./policy.ts";
import { type PreferenceStepOptions, preferenceStep } from "./preference-step.ts";
import { checkReference, packed, type ReferenceLogps, referenceLogps } from "./reference.ts";

/** What {@link preferenceTraining} makes a step of. */
export interface PreferenceTrainingOptions<H extends Hyper = Hyper>
  extends Omit<PreferenceStepOptions<H>, "vocabulary"> {
  examples: PreferenceExamples;
  /** Pairs a step; default 32. */
  size?: number;
  /** Draws the batches. */
  seed: number;
  /** Of {@link referenceLogps}, or stored from an earlier run; default: computed of `params`. */
  reference?: ReferenceLogps;
}

/** A step on pairs and the batches it takes. */
export interface PreferenceTraining<H extends Hyper = Hyper> {
  step: SupervisedStep<H>;
  data: Minibatches;
  reference: ReferenceLogps;
}

/** The names of {@link PreferenceTrainingOptions}. */
export const preferenceTrainingOptions = {
  logps: true,
  params: true,
  loss: true,
  lossState: true,
  optimizer: true,
  hyper: true,
  compile: true,
  examples: true,
  size: true,
  seed: true,
  reference: true,
} as const;

/**
 * Prepares training on preferences in parts, for loops of one's own: a step and batches of pairs for `fit` and `train`. All features of
 * these are available: schedules, validation, patience, and states that are saved and resumed. {@link trainPreference} makes this and then
 * a number of steps.
 *
 * A run that was interrupted goes on bit for bit where its reference was stored and its state saved: the step's `init` starts at
 * `params`, and `loadState` of a step that is made anew takes it from there.
 *
 * @returns the step, which is to be disposed, the batches, and the reference
 * @throws TypeError, RangeError as {@link trainPreference}
 * @example
 * const { step, data, reference } = await preferenceTraining({
 *   logps: sequencePolicy(model, state),
 *   params,
 *   examples: responsePairs(pairs),
 *   loss: (pairs, { weights }) => dpoLoss(pairs, { weights }),
 *   optimizer: adamw(1e-3),
 *   seed: 0,
 * })
 * const trained = await train({ step, state: step.init(random.key(0)), data, epochs: 3 })
 * const bytes = await saveState(step, trained.state)
 * @see Rafailov et al. 2023, arXiv 2305.18290, section 4
 */
export async function preferenceTraining<H extends Hyper = Hyper>(
  options: PreferenceTrainingOptions<H>,
): Promise<PreferenceTraining<H>> {
  readOptions<object>("preferenceTraining", options, preferenceTrainingOptions);
  const { examples, size = 32, seed, reference: given, ...own } = options;
  checkNumber("size", size, { min: 1, integer: true });
  checkNumber("seed", seed, { integer: true });
  const { logps, params, compile } = own;
  const reference = given ?? (await referenceLogps({ logps, params, examples, size, compile }));
  const { all, unpack } = packed(examples, own.logps?.vocabulary, reference);
  const data = minibatches(all, { size, seed });
  checkReference(reference, data.count);
  const step = preferenceStep({ ...own, vocabulary: all.vocabulary }, unpack);
  return { step, data, reference };
}
