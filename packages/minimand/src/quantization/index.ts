export * from "./accuracy-predictor.ts";
export { type CalibrateOptions, calibrateElastic } from "./calibrate.ts";
export {
  averageBits,
  everyForm,
  type LayerSizes,
  type QuantConfig,
  type QuantForm,
  type UniformOptions,
  uniformConfigs,
} from "./config.ts";
export {
  type ElasticApplyOptions,
  elasticApply,
  quantizedModel,
  refElastic,
  selectionOf,
} from "./elastic-apply.ts";
export {
  type ElasticNetwork,
  type ElasticParams,
  type ElasticVariables,
  elasticNetwork,
  type LayerSteps,
  layerSizes,
} from "./elastic-network.ts";
export * from "./elastic-step.ts";
export * from "./export-quantized.ts";
export { type FakeQuantOptions, fakeQuant } from "./fake-quant.ts";
export * from "./fold-batch-norm.ts";
export * from "./genetic-search.ts";
export * from "./initial-scale.ts";
export { withIntegerBiases } from "./integer-biases.ts";
export * from "./packed-integers.ts";
export * from "./progressive-guidance.ts";
export { quantisableLayers } from "./quantisable-layers.ts";
export {
  enumerateConfigs,
  type SampleOptions,
  type SearchSpace,
  sampleConfigs,
} from "./search-space.ts";
export { type WdrOptions, wdrLoss, weightMoments } from "./weight-distribution.ts";
