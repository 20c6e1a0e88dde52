import { graded, type Verdict } from "../../kit/evidence.ts";
import { difference, signedPoints } from "../../kit/statistics.ts";
import { judged } from "./arms.ts";

/** Scores of each arm, seed by seed, in one measure. */
export interface Measure {
  name: string;
  scores: { [arm: string]: readonly number[] };
  /** Runs of FeatEnHancer that collapsed. */
  collapsed: number;
}

/** The measures that the rule speaks of: from scratch (mIoU, and AP50 where it was run), and mIoU of the adapted head. */
export interface Evidence {
  scratch: readonly Measure[];
  adapted: Measure;
}

/** What a measure says: a gain that parameters don't explain, one that they may, or none. */
export type Finding = "gain" | "capacity" | "none";

/** Whether one arm is above another by more than two standard errors of their paired differences. */
function above(a: readonly number[], b: readonly number[]): boolean {
  const { mean, error } = difference(a, b);
  return mean > 2 * error && mean > 0;
}

/** What a measure says by the rule of the card. */
export function findingOf({ scores }: Measure): Finding {
  const own = scores[judged.own];
  if (!judged.fixed.every((arm) => above(own, scores[arm]))) return "none";
  return above(own, scores[judged.stack]) ? "gain" : "capacity";
}

const words: Record<Finding, string> = {
  gain: "a gain beyond capacity",
  capacity: "gain explained by capacity",
  none: "no gain over all of none, gamma and equalisation",
};

function sentence(measure: Measure): string {
  const { name, scores, collapsed } = measure;
  const own = scores[judged.own];
  const against = (arm: string, label = arm): string => {
    const { mean, error } = difference(own, scores[arm]);
    return `${signedPoints(mean)} ± ${(100 * error).toFixed(1)} against ${label}`;
  };
  const others = [
    ...judged.fixed.map((arm) => against(arm, arm === "equalise" ? "equalisation" : arm)),
    against(judged.stack, "the stack"),
    ...(scores.standardise ? [against("standardise", "standardising (not counted)")] : []),
  ];
  return `${name}: ${words[findingOf(measure)]} (points: ${others.join(", ")}; ${collapsed} of ${own.length} collapsed).`;
}

/** The rule of the card. */
export function judge({ scratch, adapted }: Evidence): Verdict {
  const findings = scratch.map(findingOf);
  const [first, second] = [findings.includes("gain"), findingOf(adapted) === "gain"];
  const any = [...findings, findingOf(adapted)].some((finding) => finding !== "none");
  return {
    verdict: graded(first && second, any),
    because: [...scratch, adapted].map(sentence).join(" "),
  };
}
