import { lax } from "@jax-js/jax";
import {
  checkNumber,
  disposeTree,
  keyOf,
  mapTree,
  readOptions,
  refTree,
  type Tree,
  typeError,
} from "minimand/engine";
import { gradientAt, makeStep, type StepOptions } from "minimand/internals";
import { jointPromptLoss } from "minimand/losses";
import type { Variables } from "minimand/models";
import type { GradientTransformation } from "minimand/optimizers";
import type { SupervisedState, TrainStep } from "minimand/training";
import { type Examples, type FitOptions, fit, minibatches, someBatches } from "minimand/training";
import type { RefinerParams } from "../models/prompt-models.ts";
import { type RefinerTermsOptions, refinerTerms } from "./refiner-terms.ts";

/** What {@link trainPromptRefiner} trains, on what, and how. */
export interface TrainPromptRefinerOptions
  extends RefinerTermsOptions,
    Pick<FitOptions<SupervisedState>, "onStep" | "onMetrics" | "signal"> {
  /** Where training starts; kept. The encoder is usually that of the image model, of which a copy stays as it is. */
  params: RefinerParams;
  /** Of the frozen image model; kept. */
  denoiserParams?: Tree;
  /** Of `promptExamples`. */
  examples: Examples;
  optimizer: GradientTransformation;
  /** The weight of the words relative to the picture's, `>= 0`, default 0.1. */
  textGamma?: number;
  /** What likeness of two draws counts, `>= 0`, default 0. */
  diversityGamma?: number;
  /** Whether the decoder is trained, too; default false: it is frozen, and gradients pass through it. */
  trainDecoder?: boolean;
  steps: number;
  /** Examples a step; default 64. */
  size?: number;
  seed: number;
  compile?: StepOptions["compile"];
}

/** The result of {@link trainPromptRefiner}. */
export interface TrainedPromptRefiner {
  /** The caller's, for `promptRefiner`. */
  params: RefinerParams;
  /** Terms of the last step. */
  last: { loss: number; image: number; text: number; diversity: number; dead: number };
  /** What the reader should know, as that the adapter has died. */
  warnings: string[];
}

/** Share of dead units from which on hardly anything passes an adapter. */
const deadFrom = 0.95;

/**
 * Trains a refiner of prompts together with the loss of a frozen image model: the features of a short prompt are to explain the long
 * prompt's picture, and its words.
 *
 * `L = L_image + textGamma L_text + diversityGamma L_diversity` over encoder and adapter (and decoder, where it is asked for), with the
 * terms of `refinerTerms`. Nothing else changes, to the last bit. Each step reports `loss`, `image`, `text`, `diversity` and `dead`.
 *
 * Pictures are to be made with the image model's **own** encoder from the refiner's words: the trained one is no condition for it.
 *
 * @returns the trained parameters, the terms of the last step, and warnings
 * @throws TypeError, RangeError for unknown options, a denoiser without parameters; NonFiniteError, and the reason of `signal`, as {@link
 * fit}
 * @example
 * const trained = await trainPromptRefiner({
 *   encoder, adapter, decoder, denoiser, schedule, params, denoiserParams,
 *   end: tokenizer.end,
 *   examples: promptExamples({ tokenizer, length: 20, coarse, fine, latents, latentShape: [32] }).examples,
 *   optimizer: chain(clipByGlobalNorm(1), adam(1e-3)),
 *   steps: 1500,
 *   seed: 0,
 * })
 * @see Hei et al. 2024, arXiv 2402.12760
 */
export async function trainPromptRefiner(options: TrainPromptRefinerOptions): Promise<TrainedPromptRefiner> {
  const { params, denoiserParams, examples, optimizer, trainDecoder, steps, size, ...others } = readOptions(
    "trainPromptRefiner",
    options,
    {
      encoder: true,
      adapter: true,
      decoder: true,
      denoiser: true,
      schedule: true,
      prediction: true,
      snrGamma: true,
      end: true,
      similarityThreshold: true,
      params: true,
      denoiserParams: true,
      examples: true,
      optimizer: true,
      textGamma: true,
      diversityGamma: true,
      trainDecoder: true,
      steps: true,
      size: [64],
      seed: true,
      compile: true,
      onStep: true,
      onMetrics: true,
      signal: true,
    },
  );
  const { textGamma = 0.1, diversityGamma = 0, seed, compile, onStep, onMetrics, signal, ...models } = others;
  const { denoiser } = models;
  if (denoiser !== undefined && denoiserParams === undefined)
    throw typeError("denoiserParams", "the parameters of the denoiser", denoiserParams);
  for (const [name, gamma] of Object.entries({ textGamma, diversityGamma }))
    checkNumber(name, gamma, { min: 0 });
  checkNumber("steps", steps, { min: 1, integer: true });
  checkNumber("size", size, { min: 1, integer: true });
  checkNumber("seed", seed, { integer: true });
  const similarityThreshold = models.similarityThreshold ?? (diversityGamma > 0 ? 0.9 : undefined);
  const termsOf = refinerTerms({ ...models, similarityThreshold });
  const batches = minibatches(examples, { size, seed });
  const step = refinerStep({
    termsOf,
    params,
    denoiserParams,
    optimizer,
    textGamma,
    diversityGamma,
    trainDecoder,
    compile,
  });
  let last: TrainedPromptRefiner["last"] | undefined;
  try {
    const state = await fit({
      step,
      state: step.init(keyOf(seed)),
      batches: someBatches(batches, steps),
      onMetrics(metrics, at) {
        last = metrics as TrainedPromptRefiner["last"];
        onMetrics?.(metrics, at);
      },
      onStep,
      signal,
    });
    const { decoder } = state.modelState as { decoder?: Tree };
    const all = { ...(state.params as object), ...(decoder !== undefined && { decoder: refTree(decoder) }) };
    disposeTree([state.optimizer, state.modelState]);
    return { params: all as RefinerParams, last: last!, warnings: warningsOf(last!) };
  } finally {
    step.dispose();
  }
}

function warningsOf({ dead }: TrainedPromptRefiner["last"]): string[] {
  if (dead <= deadFrom) return [];
  const share = Math.round(100 * dead);
  return [
    `${share} % of the adapter's outputs are 0 for every prompt: it has died. Try finalActivation "none"`,
  ];
}

/** The training step; what stays frozen is carried as the model's state. */
function refinerStep({
  termsOf,
  params,
  denoiserParams = {},
  optimizer,
  textGamma,
  diversityGamma,
  trainDecoder,
  compile,
}: Pick<
  TrainPromptRefinerOptions,
  "params" | "denoiserParams" | "optimizer" | "textGamma" | "diversityGamma" | "trainDecoder" | "compile"
> & { termsOf: ReturnType<typeof refinerTerms> }): TrainStep<SupervisedState> {
  type Frozen = { denoiser: Tree; decoder?: Tree };
  const at = gradientAt((trained, { modelState, key }, batch) => {
    const { denoiser, ...decoder } = modelState as Frozen;
    const all = { ...(trained as object), ...decoder } as RefinerParams;
    const { dead, ...terms } = termsOf(all, denoiser, batch, key);
    const metrics = { ...mapTree((x) => lax.stopGradient(x.ref), terms), dead };
    return [jointPromptLoss(terms, { textGamma, diversityGamma }), { metrics }];
  });
  return makeStep(
    {
      model: {
        init(key): Variables {
          key.dispose();
          const { decoder, ...others } = refTree(params);
          const denoiser = refTree(denoiserParams);
          return trainDecoder
            ? { params: { ...others, decoder }, state: { denoiser } }
            : { params: others, state: { denoiser, decoder } };
        },
      },
      optimizer,
      ...(compile !== undefined && { compile }),
    },
    {
      name: "refiner",
      direction(inputs) {
        const { loss, aux, gradient } = at(refTree(inputs.params), inputs, {});
        return {
          metrics: { loss, ...aux.metrics },
          direction: gradient,
          modelState: refTree(inputs.modelState),
        };
      },
    },
  );
}
