import { type CorrectedTTest, correctedTTest, holm } from "@minimand/compare";
import { graded, type Verdict } from "../../kit/evidence.ts";
import { differences, mean as meanOf, percent, signedPoints as signed } from "../../kit/statistics.ts";
import { elasticPairs, type Method, normalisedMethods, ofThePaper } from "./arms.ts";
import { judgedMaterials } from "./settings.ts";
import { fars, type Result } from "./trial.ts";

/** Results of one material, by method, in the order of the seeds. */
export type ByMethod = Partial<Record<Method, readonly Result[]>>;

/** The false accept rate by which the claim is judged. */
export const judgedFar = 0.01;

/** True accept rates at a false accept rate, one per seed. */
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

interface Finding {
  weak: boolean;
  strong: boolean;
  text: string;
}

/** Weak and strong form on one material; by the first rule the weak form asks for the released code's '+', too. */
function findingOn(material: string, results: ByMethod, asked: readonly Method[]): Finding {
  const mean = (method: Method) => meanOf(tarsAt(results[method] ?? [], judgedFar));
  const below = asked.filter((method) => !(mean(method) > mean("softmax")));
  const compared = elasticDifferences(results, judgedFar).filter(({ counted }) => counted);
  const adjusted = holm(compared.map(({ p }) => p));
  const significant = compared.filter((_, i) => adjusted[i] < 0.05);
  const above = significant.filter(({ mean: d }) => d > 0);
  const under = significant.filter(({ mean: d }) => d < 0);
  const best = asked.reduce((a, b) => (mean(b) > mean(a) ? b : a));
  const told = compared.map(
    ({ elastic, mean: d, low, high }) =>
      `${elastic.replace("ElasticFace-", "")} ${signed(d)} [${signed(low)}, ${signed(high)}]`,
  );
  const weak = below.length === 0;
  const text = `True accept rate at FAR 1e-2 on unseen classes of ${material}: plain softmax ${percent(mean("softmax"))} %, best of the normalised losses ${best} with ${percent(mean(best))} %; ${weak ? "all of them are above plain softmax" : `not above plain softmax: ${below.join(", ")}`}. Elastic less fixed margin, points with 95 % intervals: ${told.join(", ")}; ${above.length} of ${compared.length} significantly above 0, ${under.length} below.`;
  return { weak, strong: above.length > 0 && under.length === 0, text };
}

/** The rule of the paper's card, on the first of the judged materials that ran; and what the first rule, on letters, comes to. */
export function judge(byMaterial: Readonly<Record<string, ByMethod>>): Verdict {
  const ran = (material: string) => (byMaterial[material]?.softmax ?? []).length > 0;
  const material = judgedMaterials.find(ran);
  if (material === undefined) return { verdict: "not reproduced", because: "Nothing ran that is judged." };
  const absent = material === "letter" ? "Judged on letters, as Omniglot is not here. " : "";
  const { weak, strong, text } = findingOn(
    material,
    byMaterial[material],
    normalisedMethods.filter(ofThePaper),
  );
  const first = ran("letter") ? findingOn("letter", byMaterial.letter, normalisedMethods) : null;
  const before =
    first === null
      ? ""
      : ` By the first rule, on letters and with the released code's '+' in the weak form: ${graded(first.weak && first.strong, first.weak)}.`;
  return { verdict: graded(weak && strong, weak), because: `${absent}${text}${before}` };
}
