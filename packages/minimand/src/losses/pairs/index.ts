export { batchContrastiveLoss, contrastiveLoss } from "./contrastive.ts";
export { mineTriplets, type Triplets } from "./mine-triplets.ts";
export { batchPrototypicalLoss, prototypicalLoss } from "./prototypical.ts";
export { batchTripletLoss, type TripletMining, tripletLoss } from "./triplet.ts";
