import { graded, type Verdict, word } from "../../kit/evidence.ts";
import { estimate, signedPoints as points } from "../../kit/statistics.ts";

/** The numbers that the rule of the card asks for. */
export interface Evidence {
  /** By cell: differences of test accuracy, SAF minus SGD, paired by seed, and both arms' mean largest eigenvalues. */
  cells: { id: string; noise: number; gains: number[]; lambdaMax: { saf: number; sgd: number } }[];
  /** Time of an update as a multiple of SGD's. */
  ratios: { saf: number; mesa: number; sam: number };
}

/** Mean over standard error of paired differences; infinite where they are all the same, NaN where there is one. */
export function pairedT(differences: readonly number[]): number {
  if (differences.length < 2) return Number.NaN;
  const { mean, error } = estimate(differences);
  return error === 0 ? (mean === 0 ? 0 : Math.sign(mean) * Infinity) : mean / error;
}

/** The rule of the card. */
export function judge({ cells, ratios }: Evidence): Verdict {
  const isNoisy = ({ noise }: { noise: number }): boolean => noise > 0;
  const better = cells.every(({ noise, gains }) =>
    noise > 0 ? pairedT(gains) > 2 : estimate(gains).mean >= -0.005,
  );
  const flatter = cells.filter(isNoisy).every(({ lambdaMax }) => lambdaMax.saf < lambdaMax.sgd);
  const cheap = ratios.saf <= 1.1 && ratios.mesa <= 1.5 && ratios.sam >= 1.7;
  const verdict = graded(better && flatter && cheap, better && (flatter || cheap));
  const gains = cells.map(
    ({ id, gains }) =>
      `${points(estimate(gains).mean)} (t ${gains.length < 2 ? "unknown" : pairedT(gains).toFixed(1)}) on ${id}`,
  );
  const curvatures = cells
    .filter(isNoisy)
    .map(({ id, lambdaMax: { saf, sgd } }) => `${saf.toFixed(2)} and ${sgd.toFixed(2)} on ${id}`);
  const because =
    `(A) ${word(better)}: SAF minus SGD in points of test accuracy ${gains.join(", ")}. ` +
    `(B) ${word(flatter)}: largest eigenvalues of SAF and SGD ${curvatures.join(", ")}. ` +
    `(C) ${word(cheap)}: an update takes ${ratios.saf.toFixed(2)} times as long as SGD's with SAF, ${ratios.mesa.toFixed(2)} times with MESA, ${ratios.sam.toFixed(2)} times with SAM.`;
  return { verdict, because };
}
