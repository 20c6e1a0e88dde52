export { batchContrastiveLoss, type ContrastiveOptions, contrastiveLoss } from "./contrastive.ts";
export { infoNceLoss, ntXentLoss, supConLoss, type TemperatureOptions } from "./info-nce.ts";
export { mineTriplets, type Triplets } from "./mine-triplets.ts";
export { batchPrototypicalLoss, prototypicalLoss } from "./prototypical.ts";
export { batchTriplet, type TripletMining, type TripletOptions, triplet } from "./triplet.ts";
