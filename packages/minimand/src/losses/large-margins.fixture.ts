import { defaultDevice, numpy as np, valueAndGrad } from "@jax-js/jax";
import { expect } from "vitest";

/*
 * Scores that are far apart. From a margin of 20 on a probability of float32 is 0 or 1, from 40 on one of float64, and at 300
 * exponentials leave float32: where a loss divides by such a number or takes its logarithm, its gradient is NaN.
 */

type Loss = (scores: np.Array, second: np.Array) => np.Array;
type Sign = 1 | -1;

/** All margins of {@link largeMargin} are seen with both of them, whatever the number of examples. */
export const signs: readonly Sign[] = [1, -1];

/** The margin of an example: three of them with one sign and three with the other, and again from there. */
export const largeMargin = (example: number, sign: Sign = 1): number =>
  sign * [20, -60, 300, -20, 60, -300][example % 6];

/** Beyond it a value has left float32, and slopes of exponentials are capped (`exp` of `engine/numerics.ts`). */
const largestFloat32 = 3.4e38;

/**
 * Expects values and gradient of a loss, compiled in float32 on wasm, to be those of float64 on the exact device; and finite, but for
 * values that float32 can't hold.
 *
 * @param compiled the values, and the gradient of their mean, as compiled programs
 * @param scores the scores of all examples, one after the other, and their shape
 */
export function expectAsInFloat64(
  loss: Loss,
  compiled: { values: Loss; gradient: Loss },
  scores: readonly number[],
  shape: number[],
  second: () => np.Array,
): void {
  const rounded = () => np.array(Float32Array.from(scores), { shape });
  const values = Array.from(compiled.values(rounded(), second()).dataSync());
  const gradient = Array.from(compiled.gradient(rounded(), second()).dataSync());
  const [exactValues, exactGradient] = onExactDevice(() => {
    const inFloat64 = (): [np.Array, np.Array] => {
      const y = second();
      const x = np.array(Float64Array.from(scores, Math.fround), { shape });
      return [x, y.dtype === np.int32 ? y : y.astype(np.float64)];
    };
    const [mean, slopes] = valueAndGrad((x: np.Array, y: np.Array) => loss(x, y).mean())(...inFloat64());
    mean.dispose();
    return [loss(...inFloat64()), slopes].map((x) => Array.from(x.dataSync()));
  });
  values.forEach((v, i) => {
    const exact = exactValues[i];
    if (Math.abs(exact) > largestFloat32) expect(v).toBe(Math.sign(exact) * Infinity);
    else expect(Math.abs(v - exact), `${v} and ${exact}`).toBeLessThanOrEqual(5e-5 * (1 + Math.abs(exact)));
  });
  const width = gradient.length / values.length;
  gradient.forEach((g, i) => {
    const row = Math.floor(i / width) * width;
    const largest = Math.max(...exactGradient.slice(row, row + width).map(Math.abs));
    expect(Math.abs(g - exactGradient[i]), `slopes ${g} and ${exactGradient[i]}`).toBeLessThanOrEqual(
      1e-6 + 1e-4 * largest,
    );
  });
}

function onExactDevice<T>(f: () => T): T {
  defaultDevice("cpu");
  try {
    return f();
  } finally {
    defaultDevice("wasm");
  }
}

/**
 * Expects the gradient of each example in float64 to be the difference of its own values, along one direction: next to a slope of
 * 1e30, that of another example would not show in the mean.
 *
 * @param values of all examples
 * @param gradient of their mean
 */
export function expectSlopesOfEach(
  values: (scores: Float64Array<ArrayBuffer>) => readonly number[],
  gradient: ArrayLike<number>,
  scores: readonly number[],
): void {
  const h = 1e-6;
  const along = Float64Array.from(scores, (_, i) => (i % 2 === 0 ? 1 : -1) * (0.6 + 0.1 * (i % 5)));
  const moved = (by: number) => Float64Array.from(scores, (v, i) => v + by * along[i]);
  const [up, down] = [moved(h), moved(-h)].map(values);
  const width = scores.length / up.length;
  up.forEach((value, row) => {
    let slope = 0;
    for (let i = row * width; i < (row + 1) * width; i++) slope += gradient[i] * along[i] * up.length;
    expect(slope).not.toBeNaN();
    if (Math.abs(value) > largestFloat32) return;
    const difference = (value - down[row]) / (2 * h);
    expect(Math.abs(slope - difference), `slope ${slope}, difference ${difference}`).toBeLessThanOrEqual(
      1e-9 + 1e-5 * Math.abs(slope) + 1e-8 * Math.abs(value),
    );
  });
}
