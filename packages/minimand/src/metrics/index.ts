export { averagePrecision, macroAreas, rocAuc } from "./areas.ts";
export {
  type CalibrationBins,
  type CalibrationOptions,
  calibrationErrorOf,
  expectedCalibrationError,
  reliabilityBins,
} from "./calibration.ts";
export {
  type ClassificationMetric,
  type ClassificationMetricId,
  classificationMetrics,
  type Metric,
  type MetricId,
  metricById,
  metricCatalogue,
  type RegressionMetric,
  type RegressionMetricId,
  regressionMetrics,
} from "./catalogue.ts";
export { type BinaryCounts, binaryCounts, confusionMatrix, oneVersusRest } from "./confusion.ts";
export { precisionRecallCurve, rocCurve, type ThresholdCounts, thresholdCounts } from "./curves.ts";
export * from "./detection/index.ts";
export { type ClassificationEvaluation, evaluateClassification, evaluateRegression } from "./evaluate.ts";
export * from "./generation/index.ts";
export { type NeuralCollapse, neuralCollapse } from "./neural-collapse.ts";
export { type OpenSetCurve, openSetAuroc, openSetClassificationRate, openSetCurve } from "./open-set.ts";
export type { ClassificationOutcome, RegressionOutcome } from "./outcome.ts";
export { brierScore, logLoss } from "./probabilistic.ts";
export { meanReciprocalRank, targetRanks, topKAccuracy } from "./ranking.ts";
export { meanAbsoluteError, rootMeanSquaredError, rSquared } from "./regression.ts";
export {
  accuracy,
  type GivenScoreName,
  type ScoreName,
  type ScoreOptions,
  scoreNames,
  scoreOf,
  scoresWithoutOne,
} from "./scores.ts";
export {
  equalErrorRate,
  type TarAtFar,
  tarAtFar,
  type VerificationAccuracy,
  verificationAccuracy,
} from "./verification.ts";
