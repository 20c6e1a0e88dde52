import { graded, type Verdict, word } from "../../kit/evidence.ts";
import { type Estimate, estimate, mean, signedPoints } from "../../kit/statistics.ts";

/** A difference, and the larger of its standard errors over prompts and over seeds. */
export type Difference = Pick<Estimate, "mean" | "error">;

/**
 * The difference of two arms on the same prompts and seeds.
 *
 * @param a values by seed and prompt
 * @param b the same of the other arm
 */
export function differenceOf(
  a: readonly (readonly number[])[],
  b: readonly (readonly number[])[],
): Difference {
  const each = a.map((own, s) => own.map((value, i) => value - b[s][i]));
  const ofPrompts = estimate(each[0].map((_, i) => mean(each.map((own) => own[i]))));
  const ofSeeds = estimate(each.map(mean));
  return { mean: ofPrompts.mean, error: Math.max(ofPrompts.error, ofSeeds.error) };
}

/** The full objective's looks compared with another arm's. */
export interface Beside {
  /** Of the scores. */
  score: Difference;
  /** Of the shares of fine pictures' statistics, relative to the other's. */
  relative: number;
}

/** The numbers that the rule of the card asks for. */
export interface Evidence {
  coarse: Beside;
  bigram: Beside;
  /** Shown, not counted. */
  text: Beside;
  /** Attributes found: full less coarse. */
  attributes: number;
  /** Vendi scores with noise and without. */
  vendi: { noise: number; still: number };
  /** Held-out losses by seed, of the trained encoder and the untrained one. */
  heldOut: { trained: number[]; untrained: number[] };
}

const beats = ({ score, relative }: Beside): boolean => score.mean > 2 * score.error && relative >= 0.05;

const shown = ({ score, relative }: Beside): string =>
  `${score.mean < 0 ? "" : "+"}${score.mean.toFixed(3)} ± ${score.error.toFixed(3)} (${signedPoints(relative)} %)`;

/** The rule of the card. */
export function judge(e: Evidence): Verdict {
  const [coarse, bigram] = [beats(e.coarse), beats(e.bigram)];
  const faithful = e.attributes > -0.03;
  const diverse = e.vendi.noise > e.vendi.still;
  const explained = e.heldOut.trained.every((loss, s) => loss < e.heldOut.untrained[s]);
  const because =
    `(i) ${word(coarse)}: aesthetic score ${shown(e.coarse)} against the coarse prompts. ` +
    `(ii) ${word(bigram)}: ${shown(e.bigram)} against bigram continuations. ` +
    `(iii) ${word(faithful)}: ${signedPoints(e.attributes)} points of the attributes asked for. ` +
    `(iv) ${word(diverse)}: Vendi score ${e.vendi.noise.toFixed(2)} with noise, ${e.vendi.still.toFixed(2)} without. ` +
    `(v) ${word(explained)}: held-out denoising loss ${mean(e.heldOut.trained).toFixed(4)}, untrained ${mean(e.heldOut.untrained).toFixed(4)}. ` +
    `Against the words alone: ${shown(e.text)}.`;
  const all = coarse && bigram && faithful && diverse && explained;
  return { verdict: graded(all, coarse && faithful && explained), because };
}
