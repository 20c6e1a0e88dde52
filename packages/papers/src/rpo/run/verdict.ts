import { graded, type Verdict, word } from "../../kit/evidence.ts";
import { type Estimate, percent } from "../../kit/statistics.ts";

/** Of a policy of the bandit: its true value, and the mean probability of actions that are never offered. */
export interface PolicyEvidence {
  value: Estimate;
  outside: number;
}

/** The numbers that the rule of the card asks for, and the bandit with all actions covered, which it doesn't. */
export interface Evidence {
  bandit: {
    dpo: PolicyEvidence;
    /** With the etas that are to gain, and with the last of them. */
    rpo: readonly PolicyEvidence[];
    lastUseful: number;
    tooLarge: number;
    chosen: number;
  };
  /** Values with all actions covered, RPO's by eta. */
  covered: { dpo: number; rpo: readonly number[] };
  /** Held-out chosen log-ratios in the end, a seed an entry. */
  ratios: { dpo: readonly number[]; rpo: readonly (readonly number[])[] };
  /** Differences of true rewards to DPO where labels know half of the lexicon, by eta. */
  gains: readonly { eta: number; gain: Estimate }[];
}

const wide = 1.96;

/** The rule of the card. */
export function judge({ bandit, covered, ratios, gains }: Evidence): Verdict {
  const gain = Math.min(...bandit.rpo.map(({ value }) => value.mean - bandit.dpo.value.mean));
  const apart = bandit.rpo.every(
    ({ value }) => value.mean - wide * value.error > bandit.dpo.value.mean + wide * bandit.dpo.value.error,
  );
  const outside = Math.max(...bandit.rpo.map((policy) => policy.outside));
  const [far, near] = [bandit.lastUseful, bandit.tooLarge].map((value) => Math.abs(value - bandit.chosen));
  const covers =
    bandit.rpo.length > 0 &&
    gain > 0.4 &&
    apart &&
    outside < 0.05 &&
    bandit.dpo.outside > 0.25 &&
    near < far / 2;

  const shares = ratios.rpo.flatMap((own) => own.map((ratio, i) => ratio / ratios.dpo[i]));
  const share = Math.max(...shares);
  const holds =
    ratios.dpo.length > 0 && shares.length > 0 && ratios.dpo.every((ratio) => ratio < 0) && share < 0.25;

  const better = gains.some(({ gain }) => gain.mean > 0 && gain.mean > 2 * gain.error);
  const found = gains
    .map(({ eta, gain }) => `${signed(gain.mean)} ± ${gain.error.toFixed(3)} with eta ${eta}`)
    .join(", ");

  const because =
    `(i) ${word(covers)}: RPO's value is above DPO's ${bandit.dpo.value.mean.toFixed(2)} by at least ${gain.toFixed(2)}, with at most ${percent(outside)} % on actions never offered, DPO ${percent(bandit.dpo.outside)} %; eta too large comes to ${bandit.tooLarge.toFixed(2)}, the chosen actions are worth ${bandit.chosen.toFixed(2)}. ` +
    `With all actions covered ${covered.rpo.every((value) => value < covered.dpo) ? "DPO is better" : "DPO isn't better"}: ${covered.dpo.toFixed(3)}, RPO ${covered.rpo.map((value) => value.toFixed(3)).join(", ")}. ` +
    `(ii) ${word(holds)}: the held-out chosen log-ratio falls by ${range(ratios.dpo)} under DPO, by at most ${percent(share)} % of that under RPO. ` +
    `(iii) ${word(better)}: where labels know half of the lexicon, the true reward less DPO's is ${found}.`;
  return { verdict: graded(covers && holds && better, covers && holds), because };
}

const signed = (value: number): string => `${value < 0 ? "" : "+"}${value.toFixed(3)}`;

function range(ratios: readonly number[]): string {
  const falls = ratios.map((ratio) => -ratio);
  const ends = [Math.min(...falls), Math.max(...falls)].map((fall) => fall.toFixed(1));
  return ends[0] === ends[1] ? ends[0] : ends.join(" to ");
}
