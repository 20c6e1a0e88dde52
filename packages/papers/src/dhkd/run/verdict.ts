import { graded, type Verdict, word } from "../../kit/evidence.ts";
import { signedPoints } from "../../kit/statistics.ts";

/** The numbers that the rule of the card uses. */
export interface Evidence {
  /** The variant of DHKD that is judged. */
  variant: string;
  /** Mean cosines late in training of cross-entropy and BinaryKL-Norm on one head. */
  sharedHead: number;
  sharedBackbone: number;
  /** Mean cosine on the head of a fitted student that goes on with the smallest kappa. */
  conflictHead: number;
  /** Mean paired differences of test accuracy: the variant minus each arm. */
  overCrossEntropy: number;
  overOneHead: { label: string; difference: number }[];
}

/** Applies the rule of the card. */
export function judge(e: Evidence): Verdict {
  const cosines = e.sharedHead < e.sharedBackbone && e.conflictHead < 0;
  const helps = e.overCrossEntropy > 0;
  const beatsOneHead = e.overOneHead.every(({ difference }) => difference >= 0);
  const verdict = graded(helps && beatsOneHead && cosines, helps && beatsOneHead);
  const points = (v: number): string => signedPoints(v, 2);
  const because =
    `(i) ${word(cosines)}: cosine ${e.sharedHead.toFixed(2)} on the shared head, ${e.sharedBackbone.toFixed(2)} on the backbone; ` +
    `${e.conflictHead.toFixed(2)} on the head of a fitted student with a quarter of the teacher's logits. ` +
    `(ii) ${word(helps)}: ${e.variant} ${points(e.overCrossEntropy)} points over cross-entropy. ` +
    `(iii) ${word(beatsOneHead)}: ${e.overOneHead
      .map(({ label, difference }) => `${points(difference)} over ${label}`)
      .join(", ")}.`;
  return { verdict, because };
}
