import { type CorrectedTTest, correctedTTest, holm } from "@minimand/compare";
import { graded, type Verdict } from "../kit/evidence.ts";
import { differences, mean as meanOf, percent, signedPoints as signed } from "../kit/statistics.ts";
import { elasticPairs, type Method, normalisedMethods } from "./arms.ts";
import { fars, type Result } from "./trial.ts";

/** Results of one material, by method, in the order of the seeds. */
export type ByMethod = Partial<Record<Method, readonly Result[]>>;

/** The false accept rate by which the claim is judged. */
export const judgedFar = 0.01;

/** True accept rates at a false accept rate, one a seed. */
export function tarsAt(results: readonly Result[], far: number): number[] {
  const place = fars.indexOf(far);
  return results.map((r) => r.tar[place]);
}

/** A paired difference of an elastic and a fixed margin. */
export interface Difference extends CorrectedTTest {
  elastic: Method;
  fixed: Method;
  counted: boolean;
  seeds: number;
}

/** Elastic less fixed margin, seed by seed; none where a margin has fewer than 2 seeds. */
export function elasticDifferences(results: ByMethod, far: number): Difference[] {
  return elasticPairs.flatMap((pair) => {
    const [a, b] = [results[pair.elastic] ?? [], results[pair.fixed] ?? []];
    if (a.length < 2 || a.length !== b.length) return [];
    // Seeds draw their identities and rows anew; no correction for overlap, as in an ordinary paired t-test.
    const test = correctedTTest(differences(tarsAt(a, far), tarsAt(b, far)), 0);
    return [{ ...pair, ...test, seeds: a.length }];
  });
}

/** The rule of the paper's card. */
export function judge(letters: ByMethod): Verdict {
  const softmax = letters.softmax ?? [];
  if (softmax.length === 0) return { verdict: "not reproduced", because: "The letters did not run." };
  const mean = (method: Method) => meanOf(tarsAt(letters[method] ?? [], judgedFar));
  const below = normalisedMethods.filter((method) => !(mean(method) > mean("softmax")));
  const compared = elasticDifferences(letters, judgedFar).filter(({ counted }) => counted);
  const adjusted = holm(compared.map(({ p }) => p));
  const significant = compared.filter((_, i) => adjusted[i] < 0.05);
  const above = significant.filter(({ mean: d }) => d > 0);
  const under = significant.filter(({ mean: d }) => d < 0);
  const weak = below.length === 0;
  const strong = above.length > 0 && under.length === 0;
  const best = normalisedMethods.reduce((a, b) => (mean(b) > mean(a) ? b : a));
  const told = compared.map(
    ({ elastic, mean: d, low, high }) =>
      `${elastic.replace("ElasticFace-", "")} ${signed(d)} [${signed(low)}, ${signed(high)}]`,
  );
  const because = `True accept rate at FAR 1e-2 on unseen letters: plain softmax ${percent(mean("softmax"))} %, best of the normalised losses ${best} with ${percent(mean(best))} %; ${weak ? "all of them are above plain softmax" : `not above plain softmax: ${below.join(", ")}`}. Elastic less fixed margin, points with 95 % intervals: ${told.join(", ")}; ${above.length} of ${compared.length} significantly above 0, ${under.length} below.`;
  return { verdict: graded(weak && strong, weak), because };
}
