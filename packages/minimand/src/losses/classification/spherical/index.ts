export { type HierarchicalSoftmaxWeights, hierarchicalSoftmaxLoss } from "./hierarchical-softmax.ts";
export { oneHotSquaredError } from "./one-hot-squared-error.ts";
export {
  logUniformProbability,
  logUniformSample,
  type SampledSoftmaxDraws,
  type SampledSoftmaxWeights,
  sampledSoftmaxLoss,
} from "./sampled-softmax.ts";
export { softmaxUpperBoundLoss } from "./softmax-upper-bound.ts";
export {
  type SphericalLossSpec,
  sphericalSoftmaxSpec,
  squaredErrorSpec,
  taylorSoftmaxSpec,
  upperBoundSpec,
  type ZLossSpecOptions,
  zLossSpec,
} from "./spherical-loss-spec.ts";
export {
  logSphericalSoftmaxLoss,
  type SphericalSoftmaxOptions,
  sphericalSoftmax,
} from "./spherical-softmax.ts";
export { logTaylorSoftmaxLoss, taylorSoftmax } from "./taylor-softmax.ts";
export { type ZLossOptions, zLoss } from "./z-loss.ts";
