export { aggregateObjective } from "./aggregate-objective.ts";
export { type BagBatches, type BagExamples, bagBatches } from "./bag-batches.ts";
export {
  type BagStrategy,
  bagMeans,
  bagMeansOfTotals,
  bagProportions,
  debiasedLabels,
  makeBags,
} from "./bags.ts";
export { type AggregateLinearFitOptions, aggregateLinearFit } from "./linear-fit.ts";
export { type LabelPrivacy, labelPrivacy, type PrivateRelease } from "./privacy-report.ts";
export {
  clipBagMeans,
  type PrivateBagMeans,
  type PrivatiseOptions,
  privatiseBagMeans,
  type ResponseBound,
  responseBound,
} from "./private-bag-means.ts";
