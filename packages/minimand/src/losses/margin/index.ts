export { cosineSimilarity, projectUnitNorm } from "./directions.ts";
export {
  assignElasticMargins,
  type ElasticDraws,
  type ElasticLaw,
  type ElasticRule,
  elasticMargins,
} from "./elastic-margins.ts";
export type { CombinedMargin, ElasticMargin, MagFaceMargin, Margin, SphereFaceMargin } from "./margin.ts";
export {
  type CosineLossOptions,
  type MarginSoftmaxOptions,
  marginCrossEntropy,
  marginLogits,
  marginSoftmax,
} from "./margin-softmax.ts";
export { normalizedSoftmaxLowerBound, scaleForProbability } from "./normalized-softmax-bound.ts";
