import type { Photograph } from "../../../pretraining.ts";
import { blur, filterReach } from "./filters.ts";

/** Peak signal-to-noise ratio in dB of numbers from 0 to 1, over all channels; Infinity where the pictures are equal. */
export function psnr(estimate: Photograph, clean: Photograph): number {
  let squares = 0;
  for (let i = 0; i < clean.data.length; i++) squares += (estimate.data[i] - clean.data[i]) ** 2;
  return -10 * Math.log10(squares / clean.data.length);
}

/**
 * Structural similarity, the mean over pixels and channels: Gaussian windows of deviation 1.5, constants 0.01 and 0.03. At the border windows have
 * only the pixels inside.
 *
 * @param turn called after each band of rows
 *
 * @see Wang, Bovik, Sheikh, Simoncelli 2004, Image quality assessment: from error visibility to structural similarity
 */
export async function ssim(
  estimate: Photograph,
  clean: Photograph,
  turn: () => Promise<void> = async () => {},
): Promise<number> {
  const { width, height, channels } = clean;
  const reach = filterReach.gaussian(deviation);
  let sum = 0;
  for (let c = 0; c < channels; c++)
    for (let top = 0; top < height; top += band) {
      const from = Math.max(0, top - reach);
      const rows = Math.min(height, top + band + reach) - from;
      const take = ({ data }: Photograph): Float32Array =>
        Float32Array.from({ length: width * rows }, (_, i) => data[(width * from + i) * channels + c]);
      const smooth = (values: Float32Array): Float32Array => blur(values, width, rows, deviation);
      const [a, b] = [take(estimate), take(clean)];
      const [meanA, meanB] = [smooth(a), smooth(b)];
      const [aa, bb, ab] = [
        [a, a],
        [b, b],
        [a, b],
      ].map(([u, v]) => smooth(u.map((value, i) => value * v[i])));
      for (let i = width * (top - from); i < width * (Math.min(height, top + band) - from); i++) {
        const product = meanA[i] * meanB[i];
        const squares = meanA[i] ** 2 + meanB[i] ** 2;
        const covariance = ab[i] - product;
        const variances = aa[i] + bb[i] - squares;
        sum +=
          ((2 * product + 0.01 ** 2) * (2 * covariance + 0.03 ** 2)) /
          ((squares + 0.01 ** 2) * (variances + 0.03 ** 2));
      }
      await turn();
    }
  return sum / (width * height * channels);
}

/** Deviation of the Gaussian windows. */
const deviation = 1.5;

/** Rows per band. */
const band = 256;
