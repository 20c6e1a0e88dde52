import { checkNumber, rangeError, typeError } from "../../engine/checks.ts";
import { oneOf, readOptions } from "../../engine/options.ts";
import { randomSource } from "../../engine/random.ts";

/** How labels are corrupted. */
export interface LabelNoiseOptions {
  /**
   * `"uniform"`: a fresh draw from all classes, which may be the old one; `"other"`: a fresh draw from the other classes; `"pairs"`: the other class of its pair (classes without
   * a pair keep their labels); `"next"`: `y + 1` modulo the number of classes.
   */
  kind: "uniform" | "other" | "pairs" | "next";
  /** Probability, independently for each label, that the above happens. */
  rate: number;
  classes: number;
  /** Confusable classes; for `"pairs"` only, each class at most once. */
  pairs?: readonly (readonly [number, number])[];
  seed: number;
}

/**
 * Corrupts class labels the way the noise models of the robust-loss literature do.
 *
 * With probability `rate` a label is replaced as `kind` says, independently of all others. Runs on the host; the same seed gives the same
 * labels, and a higher rate corrupts a superset of the examples.
 *
 * @param labels class ids, one per example; left as they are
 * @returns the noisy labels, and for each whether it differs from the one given
 * @throws TypeError, RangeError for labels out of range, `rate` outside [0, 1], unknown kinds, bad pairs
 * @example
 * injectLabelNoise([0, 1, 2], { kind: "next", rate: 1, classes: 3, seed: 0 }).labels // [1, 2, 0]
 * @see Zhu, Ying, Yang 2021, arXiv 2112.14869, section 5
 */
export function injectLabelNoise(
  labels: ArrayLike<number>,
  options: LabelNoiseOptions,
): { labels: Int32Array; flipped: boolean[] } {
  const { kind, rate, classes, seed } = readOptions("injectLabelNoise", options, {
    kind: oneOf(["uniform", "other", "pairs", "next"]),
    rate: { min: 0, max: 1 },
    classes: { min: 2, integer: true },
    pairs: true,
    seed: { integer: true },
  });
  const partner = kind === "pairs" ? partners(options.pairs, classes) : undefined;
  const replacement = (label: number, draw: number): number => {
    if (partner !== undefined) return partner[label];
    if (kind === "next") return (label + 1) % classes;
    if (kind === "other") return (label + 1 + Math.floor(draw * (classes - 1))) % classes;
    return Math.floor(draw * classes);
  };
  const next = randomSource(seed);
  const flipped: boolean[] = [];
  const noisy = Int32Array.from(labels, (label) => {
    if (!Number.isInteger(label) || label < 0 || label >= classes)
      throw rangeError("labels", `class ids from 0 to ${classes - 1}`, label);
    // Both numbers are drawn for every label, so that neither the rate nor the kind moves what later labels see.
    const happens = next() < rate;
    const draw = next();
    const result = happens ? replacement(label, draw) : label;
    flipped.push(result !== label);
    return result;
  });
  return { labels: noisy, flipped };
}

function partners(pairs: LabelNoiseOptions["pairs"], classes: number): Int32Array {
  if (!Array.isArray(pairs)) throw typeError("pairs", "a list of pairs of class ids", pairs);
  const partner = Int32Array.from({ length: classes }, (_, k) => k);
  for (const [a, b] of pairs as readonly (readonly [number, number])[]) {
    checkNumber("pairs", a, { min: 0, below: classes, integer: true });
    checkNumber("pairs", b, { min: 0, below: classes, integer: true });
    if (a === b || partner[a] !== a || partner[b] !== b)
      throw rangeError("pairs", "each class at most once", `${a}-${b}`);
    partner[a] = b;
    partner[b] = a;
  }
  return partner;
}
