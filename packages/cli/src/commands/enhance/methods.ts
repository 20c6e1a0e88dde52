import { numpy as np } from "@jax-js/jax";
import { equalizationTable, gammaCorrection } from "@minimand/lab/vision";
import type { Raster } from "../../pictures/raster.ts";
import { type DetectorEnhancer, detectorView } from "./detector-view.ts";
import { luminanceOf, withLuminance } from "./luminance.ts";
import type { EnhanceMethod } from "./method-names.ts";
import { retinexPicture } from "./retinex-picture.ts";
import { type FittedZeroDce, zeroDcePicture } from "./zero-dce-pictures.ts";

/** What the methods get in addition to a picture. */
export interface MethodSettings {
  gamma: number;
  /** Where zero-dce is among those that are asked for. */
  zeroDce: FittedZeroDce | null;
  /** Where detector-view is. */
  enhancer: DetectorEnhancer | null;
}

/** A picture by a method. */
export function enhanced(
  picture: Raster,
  method: EnhanceMethod,
  { gamma, zeroDce, enhancer }: MethodSettings,
): Raster {
  if (method === "gamma") return withGamma(picture, gamma);
  if (method === "adaptive-gamma") return withGamma(picture, gammaFor(picture));
  if (method === "equalize") return equalized(picture);
  if (method === "retinex") return retinexPicture(picture);
  if (method === "zero-dce") return zeroDcePicture(picture, zeroDce!);
  return detectorView(picture, enhancer!);
}

/** The mean of a picture's numbers. */
export function brightnessOf({ data }: Raster): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i];
  return sum / data.length;
}

/** The exponent that takes a picture's mean to the middle; 1 for one that is brighter: it is to stay as it is. */
export function gammaFor(picture: Raster): number {
  const mean = Math.max(brightnessOf(picture), 1e-4);
  return mean >= 0.5 ? 1 : Math.log(0.5) / Math.log(mean);
}

function withGamma(picture: Raster, gamma: number): Raster {
  if (gamma === 1) return picture;
  const most = 2 ** picture.depth - 1;
  // A picture has few different numbers.
  const levels = Float32Array.from({ length: most + 1 }, (_, i) => i / most);
  const table = gammaCorrection(np.array(levels, { shape: [1, 1, most + 1, 1] }), gamma).dataSync();
  return { ...picture, data: picture.data.map((value) => table[Math.round(value * most)]) };
}

function equalized(picture: Raster): Raster {
  const before = luminanceOf(picture);
  const bins = 2 ** picture.depth;
  const inside = before.map((value) => Math.min(value, 1));
  const table = equalizationTable(inside, { bins });
  if (table === null) return picture;
  const after = inside.map((value) => table[Math.min(Math.floor(value * bins), bins - 1)]);
  return withLuminance(picture, before, after);
}
