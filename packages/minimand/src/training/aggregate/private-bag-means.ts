import { checkChoice, checkNumber, rangeError, typeError } from "../../engine/errors.ts";
import { readOptions } from "../../engine/options.ts";
import type { RandomSource } from "../../engine/random.ts";
import { bagSizes } from "../../losses/aggregate/bag-ids.ts";
import { bagMeans, checkNumbers } from "./bags.ts";
import { gaussian, laplace, snapped } from "./noise.ts";
import type { PrivateRelease } from "./privacy-report.ts";

/** What responses can be: within `+-bound`, within a range, or within `+-C sqrt(log rows)`. */
export type ResponseBound =
  | { bound: number; range?: undefined; C?: undefined }
  | { range: readonly [number, number]; bound?: undefined; C?: undefined }
  | { C: number; bound?: undefined; range?: undefined };

/** Options of {@link privatiseBagMeans}. */
export type PrivatiseOptions = ResponseBound & {
  epsilon: number;
  /** Default `laplace`. `gaussian` needs `delta` and `epsilon < 1`. */
  mechanism?: "laplace" | "gaussian";
  delta?: number;
  /** `paper` has half of the noise, and gives only twice `epsilon`; for Laplace noise. Default `sound`. */
  sensitivity?: "sound" | "paper";
  /** Moves responses outside of the bound to it, instead of an error. */
  clip?: boolean;
  /** Rounds Laplace noise so that its last digits tell nothing (the snapping mechanism). */
  snap?: boolean;
  /** Numbers in [0, 1): `randomSource(seed)` for experiments, a cryptographic source for what is really released. */
  random: RandomSource;
};

/** What {@link privatiseBagMeans} gives. */
export interface PrivateBagMeans {
  /** Mean response of each bag with noise; may leave the bound. */
  noisyMeans: Float64Array;
  /** Scale of the Laplace, or standard deviation of the Gaussian noise of each bag. */
  scale: Float64Array;
  /** The bound that was used, lower and upper. */
  range: [number, number];
  /** How many responses were moved to it. */
  clipped: number;
  /** What the release costs in privacy, see {@link labelPrivacy}. */
  release: PrivateRelease;
}

/**
 * Mean responses of bags under label differential privacy: clip, average, add noise.
 *
 * Replacing one response, which lies in `[low, high]`, moves the mean of its bag by at most `(high - low) / n_a` and no
 * other bag, so Laplace noise of scale `(high - low) / (n_a epsilon)` in every bag gives epsilon for the whole release. The
 * paper prints half of that scale, which gives `2 epsilon`; `sensitivity: "paper"` reproduces its curves. Gaussian
 * noise has standard deviation `(high - low) / n_a sqrt(2 log(1.25 / delta)) / epsilon`, for `epsilon < 1`.
 *
 * Features, bags and their sizes are not protected. Numbers of plain Laplace noise in floating point can give away the
 * value by their last digits; `snap` prevents it up to the rounding of `Math.log`, at the price of coarse steps of at
 * least the scale. A seeded source can be guessed: what is really released needs a cryptographic one, e.g.
 * `() => crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32`.
 *
 * @param y responses, `[rows]`
 * @param bagIds the bag of each row, 0 to bags - 1, no bag empty
 * @param options one of `bound > 0`, `range`, `C > 0`; `epsilon > 0`; `mechanism`, `delta`, `sensitivity`, `clip`, `snap`;
 * `random`
 * @throws TypeError, RangeError for numbers out of range, responses outside of the bound unless `clip`, bad bags
 * @example
 * privatiseBagMeans([0, 1, 1, 0], [0, 0, 1, 1], { range: [0, 1], epsilon: 1, random: Math.random }).scale // [0.5, 0.5]
 * @see Javanmard et al. 2024, arXiv 2401.11081, algorithm 1; Mironov 2012, On significance of the least significant bits
 * for differential privacy
 */
export function privatiseBagMeans(
  y: ArrayLike<number>,
  bagIds: ArrayLike<number>,
  options: PrivatiseOptions,
): PrivateBagMeans {
  const { epsilon, mechanism, delta, sensitivity } = readOptions("privatiseBagMeans", options, {
    bound: true,
    range: true,
    C: true,
    epsilon: true,
    mechanism: ["laplace"],
    delta: true,
    sensitivity: ["sound"],
    clip: true,
    snap: true,
    random: true,
  });
  const { clip = false, snap = false, random } = options;
  const sizes = bagSizes(bagIds);
  checkNumbers("y", y, bagIds.length);
  checkChoice("mechanism", mechanism, ["laplace", "gaussian"]);
  checkChoice("sensitivity", sensitivity, ["sound", "paper"]);
  checkNumber("epsilon", epsilon, { above: 0, ...(mechanism === "gaussian" && { below: 1 }) });
  if (mechanism === "gaussian") checkNumber("delta", delta, { above: 0, below: 1 });
  else if (delta !== undefined) throw rangeError("delta", "none for Laplace noise", delta);
  if (snap && mechanism === "gaussian") throw rangeError("snap", "Laplace noise", mechanism);
  if (sensitivity === "paper" && mechanism === "gaussian")
    throw rangeError("sensitivity", '"sound" for Gaussian noise', sensitivity);
  if (typeof random !== "function")
    throw typeError("random", "a function that gives numbers in [0, 1)", random);
  const [low, high] = rangeOf(options, bagIds.length);

  let clipped = 0;
  const inside = Float64Array.from(y, (value, row) => {
    if (value >= low && value <= high) return value;
    if (!clip) throw rangeError(`y, row ${row}`, `a response from ${low} to ${high} (or clip: true)`, value);
    clipped++;
    return Math.min(high, Math.max(low, value));
  });
  const means = bagMeans(inside, bagIds);
  /** Noise is this many sensitivities wide; the paper's is half of what its epsilon asks for. */
  const width =
    ((mechanism === "gaussian" ? Math.sqrt(2 * Math.log(1.25 / (delta ?? 1))) : 1) / epsilon) *
    (sensitivity === "paper" ? 0.5 : 1);
  const scale = Float64Array.from(sizes, (size) => ((high - low) / size) * width);
  const middle = (low + high) / 2;
  // Wide enough that its clamping is hardly ever met.
  const snapBound = (size: number): number => size / 2 + 50 * width;
  const noisyMeans = means.map((mean, bag) => {
    if (mechanism === "gaussian") return mean + scale[bag] * gaussian(random);
    if (!snap) return mean + scale[bag] * laplace(random);
    const unit = (high - low) / sizes[bag];
    return middle + unit * snapped((mean - middle) / unit, width, snapBound(sizes[bag]), random);
  });
  const factor = snap ? 1 + 2 ** -49 * snapBound(sizes.reduce((a, b) => Math.max(a, b))) : 1;
  return {
    noisyMeans,
    scale,
    range: [low, high],
    clipped,
    release:
      mechanism === "gaussian"
        ? { mechanism, width, epsilon, delta: delta ?? 0 }
        : { mechanism, epsilon: factor / width },
  };
}

/**
 * Private means moved to where a loss accepts them; privacy stays, since labels are not looked at again.
 *
 * @param means with noise
 * @param options `range`, and `margin >= 0` to keep from its ends, default 0
 * @returns new numbers within `[low + margin, high - margin]`
 * @throws RangeError for an empty range, means that are not finite
 * @example
 * clipBagMeans([-0.2, 0.4], { range: [0, 1], margin: 0.01 }) // [0.01, 0.4]
 */
export function clipBagMeans(
  means: ArrayLike<number>,
  options: { range: readonly [number, number]; margin?: number },
): Float64Array {
  const { range, margin } = readOptions("clipBagMeans", options, { range: true, margin: [0, { min: 0 }] });
  const [low, high] = rangeOf({ range }, 1);
  if (!(high - low > 2 * margin)) throw rangeError("margin", `less than half of ${high - low}`, margin);
  checkNumbers("means", means, means?.length ?? 0);
  return Float64Array.from(means, (mean) => Math.min(high - margin, Math.max(low + margin, mean)));
}

function rangeOf({ bound, range, C }: ResponseBound, rows: number): [number, number] {
  if ([bound, range, C].filter((given) => given !== undefined).length !== 1)
    throw typeError("bound", "one of bound, range and C", { bound, range, C });
  if (range !== undefined) {
    if (!Array.isArray(range) || range.length !== 2) throw typeError("range", "[low, high]", range);
    checkNumber("range[0]", range[0]);
    checkNumber("range[1]", range[1], { above: range[0] });
    return [range[0], range[1]];
  }
  if (bound !== undefined) checkNumber("bound", bound, { above: 0 });
  else checkNumber("C", C, { above: 0 });
  const limit = bound ?? responseBound(C ?? 0, rows);
  if (!(limit > 0)) throw rangeError("C", "at least 2 rows", rows);
  return [-limit, limit];
}

/**
 * `C sqrt(log rows)`: few responses of a linear model with normal features and noise are beyond it, for `C^2 > 2 (signal^2 + sigma^2)`.
 *
 * @param C > 0
 * @param rows number of rows, at least 1
 * @returns the bound
 * @throws RangeError for numbers out of range
 * @example
 * responseBound(2, 1000) // 5.2565
 * @see Javanmard et al. 2024, arXiv 2401.11081, algorithm 1
 */
export function responseBound(C: number, rows: number): number {
  checkNumber("C", C, { above: 0 });
  checkNumber("rows", rows, { min: 1 });
  return C * Math.sqrt(Math.log(rows));
}
