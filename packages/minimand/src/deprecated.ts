/**
 * Old names of functions, for programs written for an earlier version. Each is the same function as the new one; docs/renames.md lists all
 * renames.
 */
import {
  absoluteProbabilityError,
  batchTriplet,
  hinge,
  huber,
  squaredHinge,
  squaredProbabilityError,
  triplet,
} from "./losses/index.ts";

/** @deprecated Use `batchTriplet`. */
export const batchTripletLoss = batchTriplet;
/** @deprecated Use `hinge`. */
export const hingeLoss = hinge;
/** @deprecated Use `huber`. */
export const huberLoss = huber;
/** @deprecated Use `absoluteProbabilityError`. */
export const maeLoss = absoluteProbabilityError;
/** @deprecated Use `squaredProbabilityError`. */
export const mseLoss = squaredProbabilityError;
/** @deprecated Use `squaredHinge`. */
export const squaredHingeLoss = squaredHinge;
/** @deprecated Use `triplet`. */
export const tripletLoss = triplet;
