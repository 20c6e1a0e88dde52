export { type EnhancerSizes, type FeatEnhancerOptions, featEnhancer } from "./feat-enhancer.ts";
export * from "./plain-enhancers.ts";
export { type Attended, blockAttention, type SafaOptions, type SafaParams, safa } from "./safa.ts";
export * from "./with-enhancer.ts";
