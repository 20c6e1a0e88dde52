import { graded, type Verdict, word } from "../../kit/evidence.ts";
import { mean } from "../../kit/statistics.ts";
import type { Score } from "./trial.ts";

/** Scores of the seeds, in their order. */
export type Scores = readonly Score[];

/** The numbers that the rule of the card uses. */
export interface Evidence {
  /** One for each of the convex problems, the one of 12 layers first. */
  convex: readonly {
    name: string;
    supervised: Scores;
    unsupervised: Scores;
    fista: Scores;
    converged: Scores;
  }[];
  hard: { supervised: Scores; unsupervised: Scores; converged: Scores };
  shifts: readonly { name: string; supervised: Scores; unsupervised: Scores }[];
}

/** Largest allowed excess of the objective over that of the converged algorithm, as a share. */
export const allowedGap = 0.01;
/** Number of shifts that have to favour unsupervised training. */
export const shiftsNeeded = 3;

const mse = (scores: Scores): number => mean(scores.map((score) => score.mse));
const objective = (scores: Scores): number => mean(scores.map((score) => score.objective));

/** Returns the excess of the mean objective over another, as a share. */
export const gapTo = (own: Scores, other: Scores): number => objective(own) / objective(other) - 1;

/** Applies the rule of the card. */
export function judge({ convex, hard, shifts }: Evidence): Verdict {
  const reaches = convex.map(
    ({ unsupervised, fista, converged }) =>
      objective(unsupervised) < objective(fista) && gapTo(unsupervised, converged) <= allowedGap,
  );
  const a = reaches.every(Boolean);
  const [short] = convex;
  const b =
    mse(short.supervised) < mse(short.unsupervised) &&
    objective(short.supervised) > objective(short.unsupervised);
  const c = [hard.supervised, hard.unsupervised].every(
    (own) => mse(own) < mse(hard.converged) && objective(own) < objective(hard.converged),
  );
  const better = shifts.filter(({ supervised, unsupervised }) => mse(unsupervised) < mse(supervised));
  const d = better.length >= shiftsNeeded;
  const gaps = convex.map(
    ({ name, unsupervised, fista, converged }) =>
      `${percent(gapTo(unsupervised, converged))} above converged ISTA, FISTA ${percent(gapTo(fista, converged))} (${name})`,
  );
  const pair = (own: Scores) => `${mse(own).toFixed(4)} and ${objective(own).toFixed(4)}`;
  const because =
    `(A) ${word(a)}: the objective of unsupervised training ends ${gaps.join(", ")}. ` +
    `(B) ${word(b)}: MSE and objective in 12 layers: supervised ${pair(short.supervised)}, unsupervised ${pair(short.unsupervised)}. ` +
    `(C) ${word(c)}: of IHT: supervised ${pair(hard.supervised)}, unsupervised ${pair(hard.unsupervised)}, converged ${pair(hard.converged)}. ` +
    `(D) ${word(d)}: unsupervised IHT has the lower MSE under ${better.length} of ${shifts.length} other conditions${
      better.length > 0 ? ` (${better.map(({ name }) => name).join(", ")})` : ""
    }.`;
  return { verdict: graded(a && b && c && d, a && (b || c)), because };
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
