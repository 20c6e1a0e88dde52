import { absoluteError, cauchyLoss, huberLoss, logCoshLoss, quantileLoss, squaredError } from "minimand";
import type { Task } from "../results.ts";
import type { ComparedLoss } from "./candidate.ts";
import { lossCandidate } from "./loss-candidate.ts";

const regression: readonly Task[] = ["regression"];

/**
 * Losses for numbers, the baseline first. Targets are standardised on the training part, so scales are in standard
 * deviations of the target.
 */
export const regressionCandidates: readonly ComparedLoss[] = [
  lossCandidate({
    id: "squared",
    label: "Squared error",
    formula: "r^2",
    tasks: regression,
    of: squaredError,
  }),
  lossCandidate({
    id: "absolute",
    label: "Absolute error",
    formula: "|r|",
    tasks: regression,
    of: absoluteError,
  }),
  lossCandidate({
    id: "huber",
    label: "Huber",
    formula: "r^2 / 2 where |r| <= delta, else delta (|r| - delta / 2)",
    tasks: regression,
    settings: [{ delta: 1 }, { delta: 0.3 }],
    parameters: { delta: "> 0, in standard deviations of the target" },
    of: huberLoss,
  }),
  lossCandidate({
    id: "log-cosh",
    label: "Log-cosh",
    formula: "log cosh r",
    tasks: regression,
    of: logCoshLoss,
  }),
  lossCandidate({
    id: "cauchy",
    label: "Cauchy",
    formula: "scale^2 / 2 log(1 + (r / scale)^2)",
    tasks: regression,
    settings: [{ scale: 1 }, { scale: 0.3 }],
    parameters: { scale: "> 0, in standard deviations of the target" },
    of: cauchyLoss,
  }),
  lossCandidate({
    id: "quantile",
    label: "Quantile",
    formula: "max(tau r', (tau - 1) r'), r' = target - prediction",
    tasks: regression,
    settings: [{ tau: 0.6 }, { tau: 0.4 }],
    parameters: { tau: "in (0, 1); 0.5 is half the absolute error" },
    of: quantileLoss,
  }),
];
