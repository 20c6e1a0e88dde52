import { numpy as np, random } from "@jax-js/jax";
import { derive, normal, randomSource, type Tree } from "minimand/engine";
import { denoisingLoss } from "minimand/losses";
import type { Task } from "../../../kit/train-task.ts";
import {
  type Denoiser,
  diffusionSteps,
  type Latents,
  type PromptTokenizer,
  promptLength,
  type TextEncoder,
} from "../interfaces.ts";
import { shareAt } from "../models/denoiser.ts";
import { schedule } from "../models/schedule.ts";
import type { Pair } from "./pairs.ts";

/** Share of prompts that are left out, for classifier-free guidance. */
const unconditional = 0.1;

/**
 * Denoiser and text encoder together: the noise in noisy latents of a picture, given its text.
 *
 * Squared errors are divided by `alphaBar`, which makes them those of the velocity: where there is much noise, and the text has most to
 * say, plain errors of the noise are small whatever is said.
 */
export function denoiserTask(
  { encoder, denoiser }: { encoder: TextEncoder; denoiser: Denoiser },
  {
    pairs,
    latents,
    tokenizer,
    seed,
  }: {
    pairs: readonly Pair[];
    latents: Latents;
    tokenizer: PromptTokenizer;
    seed: number;
  },
): Task {
  const rows = 64;
  const { size } = latents;
  const clean = latents.encode(pairs.map(({ picture }) => picture));
  const { ids } = tokenizer.encode(pairs.map(({ prompt }) => prompt));
  const { ids: empty } = tokenizer.encode([""]);
  const width = size + 1 + promptLength;
  return {
    rows,
    learningRate: 2e-3,
    init(key) {
      const [forEncoder, forDenoiser] = [...random.split(key)];
      return { encoder: encoder.init(forEncoder), denoiser: denoiser.init(forDenoiser) };
    },
    loss(params, x, noise) {
      const own = params as { encoder: Tree; denoiser: Tree };
      const t = x.ref.slice([], size);
      const tokens = x.ref.slice([], [size + 1, width]).astype(np.int32);
      const zt = schedule.addNoise(x.slice([], [0, size]), noise.ref, t.ref.astype(np.int32));
      const condition = encoder.encode(own.encoder, tokens);
      const predicted = denoiser.predict(own.denoiser, zt, t.ref, condition);
      const weights = np.reciprocal(shareAt(t).reshape([-1]));
      return denoisingLoss(predicted, noise, { weights }).mean();
    },
    batch(step) {
      const next = randomSource(derive(seed, step));
      const x = new Float32Array(rows * width);
      const noise = Float32Array.from({ length: rows * size }, () => normal(next));
      for (let row = 0; row < rows; row++) {
        const pair = Math.floor(next() * pairs.length);
        const own = x.subarray(row * width, (row + 1) * width);
        own.set(clean.subarray(pair * size, (pair + 1) * size));
        // Times are stratified: the loss depends on them more than on anything else.
        own[size] = Math.floor(((row + next()) / rows) * diffusionSteps);
        const text =
          next() < unconditional ? empty : ids.subarray(pair * promptLength, (pair + 1) * promptLength);
        own.set(text, size + 1);
      }
      return { x: { data: x, shape: [width] }, y: { data: noise, shape: [size] } };
    },
  };
}
