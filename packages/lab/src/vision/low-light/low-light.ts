import type { numpy as np } from "@jax-js/jax";
import { readOptions } from "minimand/engine";
import { type DimLightOptions, dimLight, type EncodeLightOptions, encodeLight } from "./linear-light.ts";
import { type SensorOptions, sensorNoise } from "./sensor-noise.ts";

/** Options of {@link lowLight}: scene, sensor and file. */
export interface LowLightOptions extends DimLightOptions, SensorOptions, EncodeLightOptions {
  /** An integer, which decides the noise. */
  seed: number;
}

/**
 * Returns what a camera makes of a bright image's scene in the dark: light is dimmed, counted in electrons, read with noise, clipped, and
 * encoded in few bits, `round8(clip(Poisson(K a e x^gamma) / K + s z)^(1 / gamma))`.
 *
 * It is {@link dimLight}, {@link sensorNoise} and {@link encodeLight} one after the other. Noise is drawn on the host: make data with it
 * before training, not in a compiled function.
 *
 * @param image `[batch, height, width, channels]` from 0 to 1; consumed
 * @param options `exposure` (one number or one per image), `illumination` (consumed), `fullWell` (1000 electrons), `readNoise` (0.004),
 *   `displayGamma` (2.2), `levels` (256), `seed`
 * @returns dark pixels from 0 to 1 of the same shape
 * @throws TypeError, RangeError for images that are no float arrays from 0 to 1, or can't be read, and numbers out of range
 * @example
 * const image = np.array([0, 0.5, 1]).reshape([1, 1, 3, 1])
 * lowLight(image, { exposure: 0.05, readNoise: 0, fullWell: 1e9, seed: 1 }) // [0, 0.1294, 0.2549]
 */
export function lowLight(image: np.Array, options: LowLightOptions): np.Array {
  const { exposure, illumination, fullWell, readNoise, displayGamma, levels, seed } = readOptions(
    "lowLight",
    options,
    {
      exposure: true,
      illumination: true,
      fullWell: true,
      readNoise: true,
      displayGamma: true,
      levels: true,
      seed: true,
    },
  );
  const light = dimLight(image, { exposure, illumination, displayGamma });
  return encodeLight(sensorNoise(light, { fullWell, readNoise, seed }), { displayGamma, levels });
}
