import { numpy as np, random } from "@jax-js/jax";
import {
  checkChoice,
  checkNumber,
  constantOf,
  disposeTree,
  type Parameter,
  readOptions,
  refTree,
  type Tree,
  typeError,
} from "minimand/engine";
import {
  denoisingLoss,
  drawSimilarityLoss,
  minSnrWeights,
  type Prediction,
  tokenCrossEntropy,
} from "minimand/losses";
import type { DiffusionSchedule } from "minimand/training";
import { deadUnitShare } from "../models/dead-units.ts";
import type { Denoiser, PromptAdapter, RefinerModels, RefinerParams } from "../models/prompt-models.ts";
import { checkRefinerModels } from "../models/prompt-refiner.ts";

/** What a refiner is trained with: its parts, and the frozen image model. */
export interface RefinerTermsOptions extends RefinerModels {
  /** Left out, the words alone are learned. */
  denoiser?: Denoiser;
  /** Of the denoiser's training. */
  schedule?: DiffusionSchedule;
  /** What the denoiser says; default `eps`. */
  prediction?: Prediction;
  /** Cuts the weights of times with little noise, see `minSnrWeights`; default: all count alike. */
  snrGamma?: Parameter;
  /** The id that ends prompts, and fills them up. */
  end: number;
  /** From which likeness on two draws of noise cost, see `drawSimilarityLoss`; default: the term isn't computed. */
  similarityThreshold?: number;
}

/** A batch of `promptExamples`. */
export type PromptBatch = { x: np.Array; y: np.Array; weights: np.Array };

/** Scalars of a batch. */
export type RefinerTerms = {
  /** The image model's loss; 0 without one. */
  image: np.Array;
  text: np.Array;
  diversity: np.Array;
  /** Share of the adapter's outputs that are dead, without a gradient. */
  dead: np.Array;
};

/**
 * Returns the terms of a refiner's training, traced: for own loops and objectives; `trainPromptRefiner` is made of it.
 *
 * `image`: the denoising loss of the long prompt's picture, with the encoder's features of the **short** prompt as its condition; times are
 * drawn in strata, one in each `1 / batch` of them. `text`: the cross-entropy of the long prompt's tokens under the decoder, with the
 * adapter's memory of the short prompt. Nothing is sampled from the text model, so that both have gradients.
 *
 * @returns `(params, ofDenoiser, batch, key) => terms`, which consumes all; `ofDenoiser` is `{}` where there is none
 * @throws TypeError, RangeError for invalid models, a denoiser without schedule
 * @example
 * const terms = refinerTerms({ encoder, adapter, decoder, denoiser, schedule, end: tokenizer.end })
 * const { image, text } = terms(params, ofDenoiser, batch, keyOf(0))
 * @see Hei et al. 2024, arXiv 2402.12760; the losses as in SueMarsR/UF_Multilinguistic_txt2img, train_text_to_image_L_origin.py
 */
export function refinerTerms(
  options: RefinerTermsOptions,
): (params: RefinerParams, ofDenoiser: Tree, batch: PromptBatch, key: np.Array) => RefinerTerms {
  const { encoder, adapter, decoder, denoiser, schedule, prediction, snrGamma, end } = readOptions(
    "refinerTerms",
    options,
    {
      encoder: true,
      adapter: true,
      decoder: true,
      denoiser: true,
      schedule: true,
      prediction: ["eps"],
      snrGamma: true,
      end: true,
      similarityThreshold: true,
    },
  );
  checkRefinerModels(options);
  const { similarityThreshold } = options;
  checkChoice("prediction", prediction, ["eps", "v"]);
  checkNumber("end", end, { min: 0, integer: true });
  if (denoiser !== undefined && typeof denoiser.predict !== "function")
    throw typeError("denoiser", "an object with predict()", denoiser);
  if (denoiser !== undefined && typeof schedule?.addNoise !== "function")
    throw typeError("schedule", "that of the denoiser, diffusionSchedule(...)", schedule);

  const imageTerm = (ofDenoiser: Tree, features: np.Array, { y, weights }: PromptBatch, key: np.Array) => {
    const [forTimes, forNoise] = [...random.split(key, 2)];
    const [batch] = y.shape;
    const times = stratifiedTimes(forTimes, batch, schedule!.steps);
    const noise = random.normal(forNoise, y.shape).astype(y.dtype);
    const zt = schedule!.addNoise(y.ref, noise.ref, times.ref);
    const target = prediction === "eps" ? noise : schedule!.velocity(y.ref, noise, times.ref);
    if (prediction === "eps") y.dispose();
    const counted =
      snrGamma === undefined
        ? weights.ref
        : weights.ref.mul(minSnrWeights(schedule!.snr(times.ref), { gamma: snrGamma, prediction }));
    const said = denoiser!.predict(ofDenoiser, zt, times.astype(np.float32), features);
    const losses = denoisingLoss(said, target, { weights: counted });
    return losses.sum().div(constantOf(weights.sum(), losses.dtype));
  };

  return (params, ofDenoiser, { x, y, weights }, key) => {
    const [forImage, forText, forOther] = [...random.split(key, 3)];
    const [batch, , length] = x.shape;
    const coarse = x.ref.slice([], 0);
    const fine = x.slice([], 1);
    const features = encoder.encode(params.encoder, coarse);

    const memory = drawn(adapter, refTree(params.adapter), features.ref, forText);
    const dead = deadUnitShare(memory.ref);
    const labels = labelsOf(fine.ref, weights.ref, end);
    const logits = decoder.logits(params.decoder, memory.ref, fine);
    const text = tokenCrossEntropy(logits, labels);

    let diversity = np.zeros([]);
    if (similarityThreshold === undefined) {
      disposeTree([params.adapter, memory, forOther]);
    } else {
      const other = drawn(adapter, params.adapter, features.ref, forOther);
      const draws = np.stack([memory, other]).reshape([2, batch, length, -1]);
      diversity = drawSimilarityLoss(draws, { threshold: similarityThreshold })
        .mul(constantOf(weights.ref, np.float32))
        .sum()
        .div(weights.ref.sum());
    }
    if (denoiser !== undefined)
      return { image: imageTerm(ofDenoiser, features, { x, y, weights }, forImage), text, diversity, dead };
    disposeTree([features, ofDenoiser, y, weights, forImage]);
    return { image: np.zeros([]), text, diversity, dead };
  };
}

/** The adapter's memory of features, with noise of a key. Consumes all. */
function drawn(adapter: PromptAdapter, params: Tree, features: np.Array, key: np.Array): np.Array {
  const [vectors, size] = adapter.noiseShape;
  // One that draws nothing takes noise of any shape, and there is no array of 0 vectors.
  const noise = random.normal(key, [features.shape[0], Math.max(vectors, 1), size]);
  return adapter.apply(params, features, noise.astype(features.dtype));
}

/** A time in each of as many strata as there are rows, int32 `[batch]`. Rows are in random order, so that times are, too. */
function stratifiedTimes(key: np.Array, batch: number, steps: number): np.Array {
  const places = np
    .arange(batch)
    .astype(np.float32)
    .add(random.uniform(key, [batch]));
  const times = np.floor(places.mul(steps / batch)).astype(np.int32);
  return np.minimum(times, steps - 1);
}

/** The token after each place; -100 from the end on, and in rows of weight 0. */
function labelsOf(tokens: np.Array, weights: np.Array, end: number): np.Array {
  const [batch, time] = tokens.shape;
  const ignored = np.zeros([batch, 1], { dtype: np.int32 }).sub(100);
  const next = np.concatenate([tokens.ref.slice([], [1, time]), ignored], 1);
  const counts = tokens.notEqual(end).mul(weights.notEqual(0).reshape([batch, 1]));
  return np.where(counts, next, -100);
}
