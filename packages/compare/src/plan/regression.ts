import { absoluteError, cauchyLoss, huberLoss, logCoshLoss, quantileLoss, squaredError } from "minimand";
import type { Task } from "../results.ts";
import type { Candidate } from "./candidate.ts";

const regression: readonly Task[] = ["regression"];

/**
 * Losses for numbers, the baseline first. Targets are standardised on the training part, so scales are in standard
 * deviations of the target.
 */
export const regressionCandidates: readonly Candidate[] = [
  {
    id: "squared",
    label: "Squared error",
    formula: "r^2",
    tasks: regression,
    settings: [],
    parameters: {},
    loss:
      () =>
      (f, y, { weights }) =>
        squaredError(f, y, { weights }),
  },
  {
    id: "absolute",
    label: "Absolute error",
    formula: "|r|",
    tasks: regression,
    settings: [],
    parameters: {},
    loss:
      () =>
      (f, y, { weights }) =>
        absoluteError(f, y, { weights }),
  },
  {
    id: "huber",
    label: "Huber",
    formula: "r^2 / 2 where |r| <= delta, else delta (|r| - delta / 2)",
    tasks: regression,
    settings: [{ delta: 1 }, { delta: 0.3 }],
    parameters: { delta: "> 0, in standard deviations of the target" },
    loss:
      () =>
      (f, y, { weights, hyper }) =>
        huberLoss(f, y, { weights, delta: hyper.delta }),
  },
  {
    id: "log-cosh",
    label: "Log-cosh",
    formula: "log cosh r",
    tasks: regression,
    settings: [],
    parameters: {},
    loss:
      () =>
      (f, y, { weights }) =>
        logCoshLoss(f, y, { weights }),
  },
  {
    id: "cauchy",
    label: "Cauchy",
    formula: "scale^2 / 2 log(1 + (r / scale)^2)",
    tasks: regression,
    settings: [{ scale: 1 }, { scale: 0.3 }],
    parameters: { scale: "> 0, in standard deviations of the target" },
    loss:
      () =>
      (f, y, { weights, hyper }) =>
        cauchyLoss(f, y, { weights, scale: hyper.scale }),
  },
  {
    id: "quantile",
    label: "Quantile",
    formula: "max(tau r', (tau - 1) r'), r' = target - prediction",
    tasks: regression,
    settings: [{ tau: 0.6 }, { tau: 0.4 }],
    parameters: { tau: "in (0, 1); 0.5 is half the absolute error" },
    loss:
      () =>
      (f, y, { weights, hyper }) =>
        quantileLoss(f, y, { weights, tau: hyper.tau }),
  },
];
