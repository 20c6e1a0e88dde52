import type { LogLinearOptions } from "@minimand/lab/solvers";
import type { PairLogps, PreferenceOptions } from "minimand";
import {
  conservativeDpoLoss,
  dpoLoss,
  hingePreferenceLoss,
  ipoLoss,
  noiseAwareDpoLoss,
  robustDpoLoss,
} from "minimand";
import { robustify } from "minimand/losses";
import type { PreferenceLoss } from "minimand/training";

/** A loss of preferences, for text. */
export interface Arm {
  id: string;
  label: string;
  beta: number;
  /** The loss for a share of flips, which some know. */
  loss(epsilon: number): PreferenceLoss;
}

type OfPairs = (pairs: PairLogps, options: PreferenceOptions) => ReturnType<typeof dpoLoss>;

const arm = (id: string, label: string, at: (epsilon: number) => OfPairs, beta = 0.1): Arm => ({
  id,
  label,
  beta,
  loss(epsilon) {
    const loss = at(epsilon);
    return (pairs, { weights }) => loss(pairs, { weights, beta });
  },
});

/** All losses of the text part. */
export const arms: readonly Arm[] = [
  arm("dpo", "DPO", () => dpoLoss),
  arm("cdpo", "cDPO", (epsilon) => (pairs, options) => conservativeDpoLoss(pairs, { ...options, epsilon })),
  arm("rdpo", "rDPO", (epsilon) => (pairs, options) => robustDpoLoss(pairs, { ...options, epsilon })),
  arm(
    "aware",
    "noise-aware",
    (epsilon) => (pairs, options) => noiseAwareDpoLoss(pairs, { ...options, epsilon }),
  ),
  arm("ipo", "IPO", () => ipoLoss),
  arm("ripo", "rIPO", (epsilon) => robustify(ipoLoss, epsilon)),
  arm("slic", "SLiC", () => hingePreferenceLoss),
  arm("rslic", "rSLiC", (epsilon) => robustify(hingePreferenceLoss, epsilon)),
  arm("dpo-0.05", "DPO, beta 0.05", () => dpoLoss, 0.05),
  arm("dpo-0.02", "DPO, beta 0.02", () => dpoLoss, 0.02),
];
export const armIds = arms.map(({ id }) => id);

/** Those that are the same without flips. */
export const three = ["dpo", "cdpo", "rdpo"];

/** Losses of the bandit, by what {@link LogLinearOptions} calls them. */
export const estimators: readonly { loss: LogLinearOptions["loss"]; label: string }[] = [
  { loss: "dpo", label: "DPO" },
  { loss: "conservative", label: "cDPO" },
  { loss: "robust", label: "rDPO" },
  { loss: "noise-aware", label: "noise-aware" },
];
