import { numpy as np } from "@jax-js/jax";
import { multiplicativeTweedie } from "@minimand/lab/generative";
import { derive, normal, randomSource } from "minimand/engine";
import { countOf, type Rows } from "./data.ts";
import { motion, type Trained } from "./networks.ts";
import { filterWidths, sigma, speckleTimes } from "./settings.ts";

/** Mean peak signal-to-noise ratio in dB over pictures, by method, at one strength of the noise. */
export interface SpeckleScores {
  t: number;
  noisy: number;
  multiplicative: number;
  additive: number;
  filtered: number;
}

const side = 8;

/** Multiplies rows by log-normal noise whose logarithm has variance `sigma^2 t`. */
function speckled({ x, d }: Rows, t: number, seed: number): Rows {
  const next = randomSource(seed);
  return {
    x: x.map((value) => value * Math.exp(motion.logMean(t) + sigma * Math.sqrt(t) * normal(next))),
    d,
  };
}

/** Mean over pictures of `10 log10(1 / mean square error)`; the grey levels are 1 apart. Estimates are clamped to them first. */
export function psnr(estimate: Rows, clean: Rows): number {
  let total = 0;
  for (let i = 0; i < clean.x.length; i += clean.d) {
    let square = 0;
    for (let k = i; k < i + clean.d; k++)
      square += (Math.min(2, Math.max(1, estimate.x[k])) - clean.x[k]) ** 2 / clean.d;
    total += -10 * Math.log10(Math.max(square, 1e-10));
  }
  return total / countOf(clean);
}

/** Applies a Gaussian filter to the logarithm; at the border only pixels inside count. */
export function logFilter({ x, d }: Rows, width: number): Rows {
  const out = new Float32Array(x.length);
  for (let i = 0; i < x.length; i += d)
    for (let r = 0; r < side; r++)
      for (let c = 0; c < side; c++) {
        let [sum, weights] = [0, 0];
        for (let a = 0; a < side; a++)
          for (let b = 0; b < side; b++) {
            const weight = Math.exp(-((a - r) ** 2 + (b - c) ** 2) / (2 * width ** 2));
            sum += weight * Math.log(x[i + side * a + b]);
            weights += weight;
          }
        out[i + side * r + c] = Math.exp(sum / weights);
      }
  return { x: out, d };
}

/** Returns the width of the filter that brings noisy pictures nearest to clean ones. */
export function bestWidth(noisy: Rows, clean: Rows): number {
  const ratios = filterWidths.map((width) => psnr(logFilter(noisy, width), clean));
  return filterWidths[ratios.indexOf(Math.max(...ratios))];
}

/** Scores each method on pictures with speckle. The filter's width is the best one for training pictures. */
export async function speckleScores(
  clean: Rows,
  training: Rows,
  networks: { multiplicative: Trained; additive: Trained },
  seed: number,
): Promise<SpeckleScores[]> {
  const scores: SpeckleScores[] = [];
  for (const [i, t] of speckleTimes.entries()) {
    const noisy = speckled(clean, t, derive(seed, 5, i));
    const input = (): np.Array => np.array(noisy.x, { shape: [countOf(noisy), noisy.d] });
    const rowsOf = async (x: np.Array): Promise<Rows> => ({
      x: Float32Array.from(await x.data()),
      d: clean.d,
    });
    const removed = multiplicativeTweedie(input(), networks.multiplicative.at(input(), t), t, { motion });
    // Additive noise with the variance that this noise has at the mean grey level.
    const mean = clean.x.reduce((sum, value) => sum + value, 0) / clean.x.length;
    const u = Math.min(1, (mean ** 2 * (Math.exp(sigma ** 2 * t) - 1)) / sigma ** 2);
    const taken = input().sub(networks.additive.at(input(), u).mul(sigma * Math.sqrt(u)));
    const others = speckled(training, t, derive(seed, 6, i));
    const width = bestWidth(others, training);
    scores.push({
      t,
      noisy: psnr(noisy, clean),
      multiplicative: psnr(await rowsOf(removed), clean),
      additive: psnr(await rowsOf(taken), clean),
      filtered: psnr(logFilter(noisy, width), clean),
    });
  }
  return scores;
}
