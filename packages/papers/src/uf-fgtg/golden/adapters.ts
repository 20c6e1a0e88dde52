import { numpy as np } from "@jax-js/jax";
import { noiseCrossAttention, tokenAdapter } from "@minimand/lab/prompts";
import { compiledValueAndGrad } from "minimand/engine";
import { alignLoss, denoisingLoss, jointPromptLoss, minSnrWeights, tokenCrossEntropy } from "minimand/losses";
import {
  clipScore,
  colourfulness,
  distinctN,
  inceptionScore,
  meanCosineDistance,
  vendiScore,
} from "minimand/metrics";
import { weightRows } from "minimand/models";
import { diffusionSchedule } from "minimand/training";
import { type Adapters, float } from "../../kit/golden/adapters.ts";

/** A layer of the vectors, whose weight is `[out, in]`, as this library keeps it. */
function dense(weight: number[][], bias: number[]) {
  const inputs = weight[0].length;
  const rows = Array.from({ length: weightRows(inputs) }, (_, i) => weight.map((row) => row[i] ?? 0));
  return { weight: float(rows), bias: float(bias) };
}

/** Value and gradient of a scalar in its argument, as plain numbers. */
function valueAndGradient(f: (x: np.Array) => np.Array, x: np.Array): { value: number; gradient: unknown } {
  const run = compiledValueAndGrad(f);
  const [value, gradient] = run(x);
  const found = { value: value.item(), gradient: gradient.js() as unknown };
  run.dispose();
  return found;
}

export const adapters: Adapters = {
  adapter_mlp: ({ x, fc1_weight, fc1_bias, fc2_weight, fc2_bias }) => {
    const layer = tokenAdapter({
      inputs: fc1_weight[0].length,
      hidden: fc1_weight.length,
      outputs: fc2_weight.length,
    });
    const apply = (x: np.Array): np.Array => {
      const params = { hidden: dense(fc1_weight, fc1_bias), output: dense(fc2_weight, fc2_bias) };
      return layer.apply({ params, state: {} }, x, { training: false })[0];
    };
    return {
      value: apply(float(x)).js(),
      grad_x_of_sum_of_squares: valueAndGradient((x) => np.square(apply(x)).sum(), float(x)).gradient,
    };
  },

  text_loss: ({ logits, labels }, options: { ignoreIndex: number }) => {
    const ids = () => np.array(labels, { dtype: np.int32 });
    const { value, gradient } = valueAndGradient((f) => tokenCrossEntropy(f, ids(), options), float(logits));
    return { value, grad_logits: gradient };
  },

  image_loss_diffusion: ({ latents, noise, timesteps, prediction }, options) => {
    const { numTrainTimesteps: steps, betaStart, betaEnd, schedule: kind, snrGamma: gamma } = options;
    const schedule = diffusionSchedule({ steps, betaStart, betaEnd, kind });
    const times = () => np.array(timesteps, { dtype: np.int32 });
    const { value, gradient } = valueAndGradient(
      (f) => denoisingLoss(f, float(noise)).mean(),
      float(prediction),
    );
    const weights = minSnrWeights(schedule.snr(times()), { gamma });
    return {
      alphas_cumprod_at_t: timesteps.map((t: number) => schedule.alphaBar[t]),
      noisy_latents: schedule.addNoise(float(latents), float(noise), times()).js(),
      value,
      grad_prediction: gradient,
      value_min_snr: denoisingLoss(float(prediction), float(noise), { weights }).mean().item(),
      snr: schedule.snr(times()).js(),
      velocity_target: schedule.velocity(float(latents), float(noise), times()).js(),
    };
  },

  noise_cross_attention_and_align: (
    { features, noise, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, prediction },
    { numHeads: heads },
  ) => {
    const size = out_proj_bias.length;
    const third = (i: number) =>
      dense(in_proj_weight.slice(i * size, (i + 1) * size), in_proj_bias.slice(i * size, (i + 1) * size));
    const attend = (c: np.Array): np.Array => {
      const [query, key, value] = [0, 1, 2].map(third);
      const output = dense(out_proj_weight, out_proj_bias);
      return noiseCrossAttention({ query, key, value, output }, c, float(noise), { heads });
    };
    const aligned = (mode: "official" | "logits") =>
      valueAndGradient((c) => alignLoss(attend(c), float(prediction), { mode }).mean(), float(features));
    const [official, logits] = [aligned("official"), aligned("logits")];
    return {
      attention_output: attend(float(features)).js(),
      target_index: np.argmax(float(prediction), -1).js(),
      align: official.value,
      grad_features_align: official.gradient,
      align_logits: logits.value,
      grad_features_align_logits: logits.gradient,
    };
  },

  total_loss: ({ image, text, align }, options) => ({
    value: jointPromptLoss({ image: float(image), text: float(text), align: float(align) }, options).item(),
  }),

  metrics: (
    { class_probs, text_embeddings, image_embeddings, rgb, embeddings, token_lists },
    { splits },
    expected,
  ) => {
    const { mean, std } = inceptionScore(class_probs, splits);
    const { each, score } = clipScore(text_embeddings, image_embeddings);
    // `distinct_2` is asked for by its name alone.
    const distinct = Object.keys(expected).filter((name) => /^distinct_\d+$/.test(name));
    return {
      inception_score_mean: mean,
      inception_score_std: std,
      clip_scores: [...each],
      clip_score_batch: score,
      colourfulness: colourfulness(rgb.flat(2)),
      vendi: vendiScore(embeddings),
      mean_pairwise_cosine_distance: meanCosineDistance(embeddings),
      ...Object.fromEntries(distinct.map((name) => [name, distinctN(token_lists, Number(name.slice(9)))])),
    };
  },
};
