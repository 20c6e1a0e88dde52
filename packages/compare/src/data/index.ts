export { columnKinds } from "./column-kinds.ts";
export {
  checkCorruption,
  type ImbalanceOptions,
  makeImbalanced,
} from "./corrupt.ts";
export type {
  CategoricalFeature,
  Dataset,
  DatePart,
  Feature,
  Fold,
  NumericFeature,
  TextFeature,
} from "./dataset.ts";
export {
  type Encoded,
  encode,
  encodeTable,
  inputColumns,
  mostDeviations,
  readColumns,
  type UnreadableRows,
} from "./encode.ts";
export { type EncodedTarget, encodeTarget } from "./encode-target.ts";
export {
  type CategoricalEncoder,
  type Encoder,
  fitEncoder,
  inputNames,
  type NumericEncoder,
} from "./encoder.ts";
export { type FoldsOptions, folds } from "./folds.ts";
export { type InnerSplit, type InnerSplitOptions, innerSplit } from "./inner-split.ts";
export { describeFeatures, type MakeDatasetOptions, makeDataset } from "./make-dataset.ts";
export { unreadableRows } from "./new-rows/unreadable.ts";
export { pickRows, sampleRows } from "./pick-rows.ts";
export { checkFolds } from "./strata.ts";
export { fitTarget, type TargetScale } from "./target-scale.ts";
export type { NGramEncoder } from "./text/n-gram-encoder.ts";
export { withUnlabeled } from "./unlabeled.ts";
