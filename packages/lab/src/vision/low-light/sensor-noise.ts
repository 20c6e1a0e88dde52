import type { numpy as np } from "@jax-js/jax";
import {
  checkNumber,
  derive,
  normal,
  type OptionNames,
  type RandomSource,
  randomSource,
  readOptions,
} from "minimand/engine";
import { type HostImages, hostImages } from "./images.ts";

/** The noise of a sensor, in units of its brightest light. */
export interface SensorOptions {
  /** Electrons of the brightest light, > 0; default 1000. */
  fullWell?: number;
  /** Standard deviation of what reading adds, >= 0; default 0.004. */
  readNoise?: number;
}

const sensorNames: OptionNames<SensorOptions> = { fullWell: true, readNoise: true };

function checkedSensor({ fullWell = 1000, readNoise = 0.004 }: SensorOptions): Required<SensorOptions> {
  checkNumber("fullWell", fullWell, { above: 0 });
  checkNumber("readNoise", readNoise, { min: 0 });
  return { fullWell, readNoise };
}

/**
 * Returns light as a sensor reads it: `n / K + s z` with a Poisson number of electrons `n` of mean `K light` and a normal number `z`.
 * Nothing is clipped: the mean is the light, the variance {@link sensorVariance}.
 *
 * Up to a mean of 30 electrons the number is exactly Poisson's, beyond it a rounded normal number of the same mean and variance (and
 * at most 0.3 % more, for the rounding).
 *
 * @param light `[batch, height, width, channels]`, >= 0; consumed
 * @param options `fullWell` K, `readNoise` s, and the `seed`, an integer: the noise of an image is decided by it and the image's place in
 *   the batch
 * @returns readings of the same shape
 * @throws TypeError, RangeError for light that is no float array >= 0, or can't be read, and numbers out of range
 * @example
 * sensorNoise(np.full([1, 1, 4, 1], 0.04), { fullWell: 100, readNoise: 0, seed: 3 }) // [0.05, 0.05, 0.05, 0.03]
 * @see Foi et al. 2008, Practical Poissonian-Gaussian noise modeling and fitting for single-image raw data, equation 2; Knuth, The
 *   Art of Computer Programming 2, section 3.4.1
 */
export function sensorNoise(light: np.Array, options: SensorOptions & { seed: number }): np.Array {
  readOptions("sensorNoise", options, { ...sensorNames, seed: true });
  const { fullWell, readNoise } = checkedSensor(options);
  checkNumber("seed", options.seed, { integer: true });
  const images = hostImages("light", light, [0, Infinity]);
  const each = sizeOfImage(images);
  let next: RandomSource = () => 0;
  return images.arrayOf(
    Float64Array.from(images.values, (value, i) => {
      if (i % each === 0) next = randomSource(derive(options.seed, i / each));
      return poisson(value * fullWell, next) / fullWell + readNoise * normal(next);
    }),
  );
}

/**
 * Returns the variance of {@link sensorNoise} at each pixel: `light / K + s^2`.
 *
 * @param light `[batch, height, width, channels]`, >= 0; consumed
 * @param options `fullWell` K, `readNoise` s
 * @returns variances of the same shape
 * @throws TypeError, RangeError as {@link sensorNoise}
 * @example
 * sensorVariance(np.full([1, 1, 2, 1], 0.5), { fullWell: 100, readNoise: 0.1 }) // [0.015, 0.015]
 */
export function sensorVariance(light: np.Array, options: SensorOptions = {}): np.Array {
  readOptions("sensorVariance", options, sensorNames);
  const { fullWell, readNoise } = checkedSensor(options);
  const images = hostImages("light", light, [0, Infinity]);
  return images.arrayOf(Float64Array.from(images.values, (value) => value / fullWell + readNoise ** 2));
}

const sizeOfImage = ({ shape: [, height, width, channels] }: HostImages): number => height * width * channels;

/** A number with the distribution of Poisson, by the product of uniform numbers; of a large mean a rounded normal one. */
function poisson(mean: number, next: RandomSource): number {
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(next)));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = next(); product > limit; product *= next()) count++;
  return count;
}
