import { graded, type Verdict, word } from "../../kit/evidence.ts";

/** The numbers that the rule of the card asks for: the worst of all kappas, networks and seeds. */
export interface Evidence {
  kappas: number;
  excess: number;
  gap: number;
  lionDistance: number;
  overBound: number;
  rise: number;
  /** Violation of Lion's networks at the end, minus what is guaranteed. */
  overGuarantee: number;
  /** Violation where the start was too large. */
  largeViolation: number;
  /** Mean test accuracies, and bytes of state a parameter. */
  lion: { accuracy: number; bytes: number };
  adamw: { accuracy: number; bytes: number };
}

/** The rule of the card. */
export function judge(e: Evidence): Verdict {
  const exact =
    e.excess <= 1e-6 && e.gap <= 1e-3 && e.lionDistance <= 1e-3 && e.overBound <= 1e-9 && e.rise <= 1e-9;
  const bounded = e.overGuarantee <= 1e-5 && e.largeViolation <= 1e-5;
  const difference = e.lion.accuracy - e.adamw.accuracy;
  // Counters of schedules are a few bytes in all.
  const asGood = difference >= -0.01 && e.lion.bytes <= e.adamw.bytes / 2 + 0.01;
  const verdict = graded(exact && bounded && asGood, exact && bounded);
  const because =
    `(i) ${word(exact)}: of ${e.kappas} kappas the worst ends ${short(e.gap)} above the minimum, and Lion's worst coordinate is ${short(e.lionDistance)} / lambda away from it. ` +
    `At most, the distance to the set exceeds its bound by ${short(e.excess)}, H exceeds its own by ${short(e.overBound)}, and H rises along the equation by ${short(e.rise)} (negative: it stays below, or falls). ` +
    `(ii) ${word(bounded)}: Lion's networks end at most ${short(e.largeViolation)} outside of their boxes after starts that are too large, otherwise ${short(e.overGuarantee)} beyond the guarantee. ` +
    `(iii) ${word(asGood)}: Lion ${(100 * e.lion.accuracy).toFixed(2)} %, AdamW ${(100 * e.adamw.accuracy).toFixed(2)} %, with ${e.lion.bytes.toFixed(0)} and ${e.adamw.bytes.toFixed(0)} bytes of state a parameter.`;
  return { verdict, because };
}

const short = (value: number): string => (value === 0 ? "0" : value.toExponential(0));
