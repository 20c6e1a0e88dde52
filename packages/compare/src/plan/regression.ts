import {
  absoluteError,
  cauchyLoss,
  huber,
  logCoshLoss,
  quantileLoss,
  squaredError,
  welschLoss,
} from "minimand";
import { bottleneckCandidates } from "./bottleneck.ts";
import type { ComparedLoss } from "./candidate.ts";
import { lossesFor } from "./loss-candidate.ts";

const loss = lossesFor(["regression"]);
const positive = "> 0, in standard deviations of the target";

/**
 * Losses for numbers, the baseline first. Targets are standardised on the training part, so scales are in standard
 * deviations of the target.
 */
export const regressionCandidates: readonly ComparedLoss[] = [
  loss("squared", "Squared error", "r^2", squaredError),
  loss("absolute", "Absolute error", "|r|", absoluteError),
  loss("huber", "Huber", "r^2 / 2 where |r| <= delta, else delta (|r| - delta / 2)", huber, {
    tuned: { delta: [positive, 1, 0.3] },
  }),
  loss("log-cosh", "Log-cosh", "log cosh r", logCoshLoss),
  loss("cauchy", "Cauchy", "scale^2 / 2 log(1 + (r / scale)^2)", cauchyLoss, {
    tuned: { scale: [positive, 1, 0.3] },
  }),
  loss("welsch", "Welsch", "scale^2 (1 - exp(-(r / scale)^2 / 2))", welschLoss, {
    tuned: { scale: [positive, 1, 0.3] },
  }),
  loss("quantile", "Quantile", "max(tau r', (tau - 1) r'), r' = target - prediction", quantileLoss, {
    tuned: { tau: ["in (0, 1); 0.5 is half the absolute error", 0.6, 0.4] },
  }),
  ...bottleneckCandidates,
];
