import type { numpy as np } from "@jax-js/jax";
import { checkNumber, checkShape, peek, rangeError, readOptions, typeError } from "minimand/engine";
import { type HostImages, hostImages } from "./images.ts";

/** Options of {@link dimLight}. */
export interface DimLightOptions {
  /** What all light is multiplied by, > 0: one number, or one per image. */
  exposure: number | readonly number[];
  /** The exponent by which the display makes light of pixels, > 0; default 2.2. */
  displayGamma?: number;
  /** What light is multiplied by at each pixel, >= 0: `[height, width]`, or `[batch, height, width]`. */
  illumination?: np.Array;
}

/**
 * Returns the light that a camera in the dark receives from a scene that was seen in an image: `a e x^gamma` with exposure `a` and
 * illumination `e`, without any noise.
 *
 * @param image `[batch, height, width, channels]` from 0 to 1, as displayed; consumed
 * @param options `exposure`, `displayGamma`, `illumination` (consumed)
 * @returns light of the image's shape
 * @throws TypeError, RangeError for images that are no float arrays from 0 to 1, or can't be read, and numbers out of range
 * @example
 * dimLight(np.full([1, 1, 2, 1], 0.5), { exposure: 0.1 }) // [0.0218, 0.0218]
 */
export function dimLight(image: np.Array, options: DimLightOptions): np.Array {
  const { exposure, displayGamma, illumination } = readOptions("dimLight", options, {
    exposure: true,
    displayGamma: [2.2, { above: 0 }],
    illumination: true,
  });
  const images = hostImages("image", image, [0, 1]);
  const exposures = exposuresOf(exposure, images);
  const fieldAt = fieldOf(illumination, images);
  const [, height, width, channels] = images.shape;
  const pixels = height * width;
  return images.arrayOf(
    Float64Array.from(images.values, (value, i) => {
      const pixel = Math.floor(i / channels);
      return exposures[Math.floor(pixel / pixels)] * fieldAt(pixel) * value ** displayGamma;
    }),
  );
}

function exposuresOf(
  exposure: number | readonly number[],
  { shape: [batch] }: HostImages,
): readonly number[] {
  if (!Array.isArray(exposure)) {
    checkNumber("exposure", exposure, { above: 0 });
    return Array.from({ length: batch }, () => exposure);
  }
  if (exposure.length !== batch)
    throw rangeError("exposure", `a number, or ${batch}, one an image`, exposure);
  for (const [i, each] of exposure.entries()) checkNumber(`exposure[${i}]`, each, { above: 0 });
  return exposure;
}

/** What light is multiplied by at the pixels of a batch. Consumes the field. */
function fieldOf(field: np.Array | undefined, { shape }: HostImages): (pixel: number) => number {
  if (field === undefined) return () => 1;
  const [batch, height, width] = shape;
  checkShape("illumination", field, field.ndim === 3 ? [batch, height, width] : [height, width]);
  const values = peek(field);
  if (values === null)
    throw typeError("illumination", "an array on wasm or cpu outside compiled functions", field);
  for (let i = 0; i < values.length; i++) checkNumber(`illumination[${i}]`, values[i], { min: 0 });
  field.dispose();
  return (pixel) => values[pixel % values.length];
}

/** Options of {@link encodeLight}. */
export interface EncodeLightOptions {
  /** The exponent by which the display makes light of pixels, > 0; default 2.2. */
  displayGamma?: number;
  /** Numbers that a pixel can have, at least 2; default 256, those of 8 bits. `Infinity`: all. */
  levels?: number;
}

/**
 * Encodes light as the pixels of a file: `clip(light, 0, 1)^(1 / gamma)`, rounded to multiples of `1 / (levels - 1)`.
 *
 * @param light `[batch, height, width, channels]`; consumed
 * @param options `displayGamma`, `levels`
 * @returns pixels from 0 to 1 of the same shape
 * @throws TypeError, RangeError for what is no float array of numbers, or can't be read, and numbers out of range
 * @example
 * encodeLight(np.array([-0.1, 0.02, 3]).reshape([1, 1, 3, 1]), { levels: 11 }) // [0, 0.2, 1]
 */
export function encodeLight(light: np.Array, options: EncodeLightOptions = {}): np.Array {
  const { displayGamma, levels } = readOptions("encodeLight", options, {
    displayGamma: [2.2, { above: 0 }],
    levels: [256],
  });
  if (levels !== Infinity) checkNumber("levels", levels, { min: 2, integer: true });
  const images = hostImages("light", light, [-Infinity, Infinity]);
  return images.arrayOf(
    Float64Array.from(images.values, (value) => {
      const pixel = Math.min(Math.max(value, 0), 1) ** (1 / displayGamma);
      return levels === Infinity ? pixel : Math.round(pixel * (levels - 1)) / (levels - 1);
    }),
  );
}
