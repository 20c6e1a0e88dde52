import { type Arm, armOf } from "../../embeddings/arms.ts";

/** The methods compared, in the order of the table; "raw" trains nothing. */
export const methods = [
  "normalised softmax",
  "normalised softmax (P)",
  "softmax",
  "triplet",
  "contrastive",
  "prototypical",
  "ArcFace",
  "CosFace",
  "raw",
] as const;
export type Method = (typeof methods)[number];

/** Those with something to tune. */
export const trainedMethods: readonly Arm[] = methods.filter((m) => m !== "raw").map(armOf);
