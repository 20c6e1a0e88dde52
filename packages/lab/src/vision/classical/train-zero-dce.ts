import type { Compile } from "minimand/engine";
import { checkNumber, disposeTree, keyOf, rangeError, readOptions, typeError } from "minimand/engine";
import { adam, chain, clipByGlobalNorm, cosineSchedule } from "minimand/optimizers";
import type { SupervisedState } from "minimand/training";
import { type FitOptions, fit, supervised } from "minimand/training";
import { crops, type HostPicture } from "./crops.ts";
import { applyCurves, type ZeroDceOptions, type ZeroDceParams, zeroDce, zeroDceCurves } from "./zero-dce.ts";
import { type ZeroDceLossOptions, zeroDceLoss } from "./zero-dce-loss.ts";

/** Options of {@link trainZeroDce}. */
export interface TrainZeroDceOptions
  extends Omit<ZeroDceOptions, "channels">,
    Omit<ZeroDceLossOptions, "weights">,
    Pick<FitOptions<SupervisedState>, "onMetrics" | "signal"> {
  steps: number;
  seed: number;
  /** Side of the squares that are cut out of the pictures, in pixels; default 64. */
  crop?: number;
  /** Squares a step; default 8. */
  size?: number;
  /** The largest; it falls by a cosine. Default 0.002. */
  learningRate?: number;
  /** What each term of the loss counts, see {@link zeroDceLoss}. */
  lossWeights?: ZeroDceLossOptions["weights"];
  compile?: Compile;
}

/**
 * Fits {@link zeroDce} to pictures, of which none has to be a good one: Adam on the mean {@link zeroDceLoss} of squares that are cut out of them
 * at random places, mirrored or not. Gradients are clipped at norm 1.
 *
 * @param pictures of any sizes, none below `crop`, all of the same channels; looked at
 * @param options `steps` and `seed`; `crop`, `size`, `learningRate`, `lossWeights`, `level`, `patch` and `region` of the loss, `width` and `iterations` of the
 * network, `compile`, `onMetrics` and `signal` as in `fit`
 * @returns the parameters of the layer `zeroDce`, the caller's
 * @throws TypeError, RangeError for no pictures, numbers out of [0, 1], pictures smaller than the squares, squares smaller than a patch,
 * options that are unknown or out of range; NonFiniteError, and the reason of `signal`, as `fit`
 * @example
 * const values = Float32Array.from({ length: 32 * 32 }, (_, i) => 0.1 + 0.05 * Math.sin(i))
 * const params = await trainZeroDce([{ values, shape: [32, 32, 1] }], { steps: 100, seed: 0, crop: 32, width: 8 })
 * @see Guo et al. 2020, arXiv 2001.06826
 */
export async function trainZeroDce(
  pictures: readonly HostPicture[],
  options: TrainZeroDceOptions,
): Promise<ZeroDceParams> {
  const { steps, seed, crop, size, learningRate, lossWeights, ...others } = readOptions(
    "trainZeroDce",
    options,
    {
      steps: true,
      seed: true,
      crop: [64],
      size: [8],
      learningRate: [2e-3],
      lossWeights: true,
      level: true,
      patch: true,
      region: true,
      width: true,
      iterations: true,
      compile: true,
      onMetrics: true,
      signal: true,
    },
  );
  const { level, patch, region, width, iterations, compile, onMetrics, signal } = others;
  for (const [name, value] of Object.entries({ steps, crop, size }))
    checkNumber(name, value, { min: 1, integer: true });
  checkNumber("seed", seed, { integer: true });
  checkNumber("learningRate", learningRate, { above: 0 });
  const channels = checkHostPictures(pictures, crop);
  const loss: ZeroDceLossOptions = { level, patch, region, weights: lossWeights };
  const model = zeroDce({ channels, width, iterations });
  const step = supervised({
    model,
    objective(params, { modelState, memory }, { x }) {
      const curves = zeroDceCurves(params as ZeroDceParams, x.ref);
      const enhanced = applyCurves(x.ref, curves.ref);
      return [zeroDceLoss(enhanced.ref, x, curves, loss).mean(), { output: enhanced, modelState, memory }];
    },
    optimizer: chain(clipByGlobalNorm(1), adam(cosineSchedule(learningRate, steps))),
    compile,
  });
  try {
    const state = await fit({
      step,
      state: step.init(keyOf(seed)),
      batches: crops(pictures, { crop, size, seed, steps }),
      onMetrics,
      signal,
    });
    disposeTree([state.optimizer, state.modelState]);
    return state.params as ZeroDceParams;
  } finally {
    step.dispose();
  }
}

/** @returns the channels of all */
function checkHostPictures(pictures: readonly HostPicture[], crop: number): number {
  if (!Array.isArray(pictures)) throw typeError("pictures", "a list of pictures", pictures);
  if (pictures.length === 0) throw rangeError("pictures", "at least one picture", pictures);
  const channels = pictures[0].shape[2];
  pictures.forEach(({ values, shape }, i) => {
    const name = `pictures[${i}]`;
    if (!(values instanceof Float32Array)) throw typeError(`${name}.values`, "a Float32Array", values);
    const [height, width, own] = shape;
    if (own !== channels) throw rangeError(`${name}.shape`, `${channels} channels, as the first has`, own);
    if (values.length !== height * width * channels)
      throw rangeError(`${name}.values`, `${height} x ${width} x ${channels} numbers`, values);
    if (Math.min(height, width) < crop)
      throw rangeError(`${name}.shape`, `at least ${crop} x ${crop} pixels`, `${height} x ${width}`);
    for (const value of values)
      if (!(value >= 0 && value <= 1)) throw rangeError(`${name}.values`, "numbers in [0, 1]", value);
  });
  return channels;
}
