export { type AggregateLossOptions, aggregateLoss, withinBagVariance } from "./aggregate-loss.ts";
export { bagSizes } from "./bag-ids.ts";
export type { BagIds } from "./bag-layout.ts";
