import { graded, type Verdict, word } from "../../kit/evidence.ts";
import { type Estimate, percent } from "../../kit/statistics.ts";

/** An arm's errors: mean, and deviation over instances and seeds. */
export interface Errors {
  mean: number;
  deviation: number;
}

/** The numbers that the rule of the card asks for. */
export interface Evidence {
  /** Of gradients, by their largest entry: the two ways, and from differences. */
  ways: number;
  differences: number;
  soft: Errors;
  hard: Errors;
  mixture: Errors;
  /** The mixture's error minus that of the single expert, paired over seeds. */
  mixtureMinusHard: Estimate;
}

/** The rule of the card. */
export function judge(e: Evidence): Verdict {
  const exact = e.ways <= 1e-9 && e.differences <= 1e-5;
  const constrained = e.soft.mean - e.hard.mean > Math.max(e.soft.deviation, e.hard.deviation);
  const mixed = e.mixtureMinusHard.mean < -e.mixtureMinusHard.error;
  const shown = ({ mean, deviation }: Errors): string => `${percent(mean)} ± ${percent(deviation)} %`;
  const { mean, error } = e.mixtureMinusHard;
  const because =
    `(i) ${word(exact)}: the two gradients are ${e.ways.toExponential(0)} apart, differences ${e.differences.toExponential(0)} away. ` +
    `(ii) ${word(constrained)}: relative L2 error ${shown(e.hard)} with the hard constraint, ${shown(e.soft)} with the soft one (± over instances and seeds). ` +
    `(iii) ${word(mixed)}: ${shown(e.mixture)} with four experts, ${mean < 0 ? "" : "+"}${(100 * mean).toFixed(2)} ± ${(100 * error).toFixed(2)} points to one.`;
  return { verdict: graded(exact && constrained && mixed, exact && constrained), because };
}
