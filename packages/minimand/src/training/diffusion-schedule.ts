import { type DType, numpy as np } from "@jax-js/jax";
import { checkNumber, checkShape, isArrayLike, peek, typeError } from "../engine/checks.ts";
import { oneOf, readOptions } from "../engine/options.ts";
import type { Prediction } from "../losses/generation/denoising-loss.ts";

/** How noise grows with time, see {@link diffusionSchedule}. */
export interface DiffusionScheduleOptions {
  /** Number of times; they are counted from 0. */
  steps: number;
  /** Of the first time, `> 0`. */
  betaStart: number;
  /** Of the last time, `>= betaStart`, below 1. */
  betaEnd: number;
  /** What is spaced evenly: the betas (`linear`, the default), or their square roots (`scaled_linear`). */
  kind?: "linear" | "scaled_linear";
}

/** A time for the whole batch, or int32 `[batch]`. The time before the first, -1, is that of clean data. */
export type DiffusionTimes = number | np.Array;

/** Data with noise, and back; made by {@link diffusionSchedule}. All functions consume their arrays. */
export interface DiffusionSchedule {
  readonly steps: number;
  /** The share of the data in the variance at each time, `[steps]`, falling. */
  readonly alphaBar: Float64Array;
  /** `z_t = sqrt(alphaBar_t) z_0 + sqrt(1 - alphaBar_t) eps`; `z0` and `noise` of one shape `[batch, ...]`. */
  addNoise(z0: np.Array, noise: np.Array, times: DiffusionTimes): np.Array;
  /** `v_t = sqrt(alphaBar_t) eps - sqrt(1 - alphaBar_t) z_0`, what a denoiser of velocities is to say. */
  velocity(z0: np.Array, noise: np.Array, times: DiffusionTimes): np.Array;
  /** The ratio of signal to noise, `alphaBar_t / (1 - alphaBar_t)`, float32 `[batch]`; 0-d for one time. */
  snr(times: DiffusionTimes): np.Array;
  /**
   * From one time to an earlier one without new noise: `sqrt(alphaBar_s) z_0 + sqrt(1 - alphaBar_s) eps`, with the data and the noise that
   * the prediction says are in `zt`. `to: -1` gives the data.
   */
  ddimStep(zt: np.Array, prediction: np.Array, options: DdimStepOptions): np.Array;
}

/** Of which time a step of {@link DiffusionSchedule} is, and where it goes. */
export interface DdimStepOptions {
  from: DiffusionTimes;
  to: DiffusionTimes;
  /** What the prediction is of; default `eps`. */
  prediction?: Prediction;
}

/**
 * The noise schedule of a diffusion model: how much of the data is left at each time.
 *
 * `alphaBar_t = prod_{s <= t} (1 - beta_s)` with the betas, or their square roots, spaced evenly.
 *
 * @param options `steps`, `betaStart`, `betaEnd`, `kind`
 * @returns `alphaBar`, `addNoise`, `velocity`, `snr`, `ddimStep`
 * @throws RangeError for steps that are no integer >= 1, betas outside (0, 1) or falling, and from its functions for times that are none
 * (values are checked outside of tracing only) and shapes that don't match
 * @example
 * const schedule = diffusionSchedule({ steps: 3, betaStart: 0.1, betaEnd: 0.5 })
 * schedule.alphaBar // [0.9, 0.63, 0.315]
 * schedule.addNoise(np.array([[1, 2]]), np.array([[0, 1]]), 1) // [0.7937, 2.1957]
 * schedule.snr(1) // 1.7027
 * const clean = { from: 1, to: -1 }
 * schedule.ddimStep(np.array([[0.793725, 2.195727]]), np.array([[0, 1]]), clean) // [1.0000, 2.0000]
 * @see Ho et al. 2020, arXiv 2006.11239, equation (4); Song et al. 2021, arXiv 2010.02502, equation (12); Salimans, Ho 2022, arXiv
 * 2202.00512, section 4 (velocity); Rombach et al. 2022 (scaled_linear)
 */
export function diffusionSchedule(options: DiffusionScheduleOptions): DiffusionSchedule {
  const { steps, betaStart, betaEnd, kind } = readOptions("diffusionSchedule", options, {
    steps: { min: 1, integer: true },
    betaStart: { above: 0, below: 1 },
    betaEnd: true,
    kind: ["linear", oneOf(["linear", "scaled_linear"])],
  });
  checkNumber("betaEnd", betaEnd, { min: betaStart, below: 1 });
  const alphaBar = alphaBars(steps, betaStart, betaEnd, kind);

  const signals = alphaBar.map(Math.sqrt);
  const spreads = alphaBar.map((share) => Math.sqrt(1 - share));
  const ratios = alphaBar.map((share) => share / (1 - share));

  /** What data and noise are multiplied by at those times, one number each for every row. Consumes the times. */
  const factors = (
    name: string,
    times: DiffusionTimes,
    like: np.Array,
  ): [signal: np.Array, spread: np.Array] => {
    checkTimes(name, times, { batch: like.shape[0], first: -1, steps });
    if (typeof times === "number")
      return [
        arrayOf(Float64Array.of(times < 0 ? 1 : signals[times]), like),
        arrayOf(Float64Array.of(times < 0 ? 0 : spreads[times]), like),
      ];
    const column = (table: Float64Array, before: number, times: np.Array): np.Array =>
      atTimes(table, before, times, like).reshape([-1, ...like.shape.slice(1).map(() => 1)]);
    return [column(signals, 1, times.ref), column(spreads, 0, times)];
  };
  const mixing = (
    z0: np.Array,
    noise: np.Array,
    times: DiffusionTimes,
  ): [signal: np.Array, spread: np.Array] => {
    checkSame("z0", z0, "noise", noise);
    return factors("times", times, z0);
  };
  return {
    steps,
    alphaBar,
    addNoise(z0, noise, times) {
      const [signal, spread] = mixing(z0, noise, times);
      return z0.mul(signal).add(noise.mul(spread));
    },
    velocity(z0, noise, times) {
      const [signal, spread] = mixing(z0, noise, times);
      return noise.mul(signal).sub(z0.mul(spread));
    },
    snr(times) {
      checkTimes("times", times, { first: 0, steps });
      return typeof times === "number"
        ? np.array(ratios[times])
        : atTimes(ratios, 0, times, { dtype: np.float32 });
    },
    ddimStep(zt, predicted, options) {
      const { from, to, prediction } = readOptions("ddimStep", options, {
        from: true,
        to: true,
        prediction: ["eps", oneOf(["eps", "v"])],
      });
      checkSame("zt", zt, "prediction", predicted);
      const [signal, spread] = factors("from", from, zt);
      const [nextSignal, nextSpread] = factors("to", to, zt);
      const [z0, eps] =
        prediction === "eps"
          ? [zt.sub(predicted.ref.mul(spread)).div(signal), predicted]
          : [
              zt.ref.mul(signal.ref).sub(predicted.ref.mul(spread.ref)),
              predicted.mul(signal).add(zt.mul(spread)),
            ];
      return z0.mul(nextSignal).add(eps.mul(nextSpread));
    },
  };
}

function alphaBars(
  steps: number,
  start: number,
  end: number,
  kind: "linear" | "scaled_linear",
): Float64Array {
  const [from, to] = kind === "linear" ? [start, end] : [Math.sqrt(start), Math.sqrt(end)];
  let product = 1;
  return Float64Array.from({ length: steps }, (_, t) => {
    const even = steps === 1 ? from : from + ((to - from) * t) / (steps - 1);
    product *= 1 - (kind === "linear" ? even : even ** 2);
    return product;
  });
}

/** Numbers as an array of that dtype. Float64 is made only where it is asked for: not every browser has it. */
function arrayOf(values: Float64Array, { dtype }: { dtype: DType }): np.Array {
  return np.array(dtype === np.float64 ? Float64Array.from(values) : Float32Array.from(values)).astype(dtype);
}

/** The entry of a table at each time, `[batch]`, another number before the first. By a mask: gathers don't compile in every gradient. */
function atTimes(table: Float64Array, before: number, times: np.Array, like: { dtype: DType }): np.Array {
  const column = times.reshape([-1, 1]);
  const isTime = column.ref.equal(np.arange(table.length).astype(np.int32).reshape([1, -1]));
  const found = np.where(isTime, arrayOf(table, like).reshape([1, -1]), 0).sum(-1, { keepdims: true });
  return np.where(column.less(0), before, found).reshape([-1]);
}

function checkTimes(
  name: string,
  times: DiffusionTimes,
  { batch, first, steps }: { batch?: number; first: number; steps: number },
): void {
  const bounds = { min: first, max: steps - 1, integer: true };
  if (typeof times === "number") {
    checkNumber(name, times, bounds);
    return;
  }
  if (!isArrayLike(times) || times.dtype !== np.int32)
    throw typeError(name, `a time, or int32[${batch ?? "batch"}]`, times);
  checkShape(name, times, [batch ?? times.size]);
  for (const t of Array.from(peek(times) ?? [])) checkNumber(name, t, bounds);
}

function checkSame(first: string, a: np.Array, second: string, b: np.Array): void {
  if (!isArrayLike(a) || !/^float/.test(a.dtype)) throw typeError(first, "a float array [batch, ...]", a);
  if (!isArrayLike(b)) throw typeError(second, `${a.dtype}[${a.shape.join(", ")}]`, b);
  checkShape(second, b, a.shape);
}
