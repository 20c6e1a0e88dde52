import { type Arm, armOf } from "../embeddings/arms.ts";
import type { Scale } from "../reproduction.ts";

/** The losses compared, in the order of the table; "raw" trains nothing. */
export const methods = [
  "softmax",
  "normalised softmax",
  "triplet",
  "ArcFace",
  "ElasticFace-Arc",
  "ElasticFace-Arc+",
  "ElasticFace-Arc+ (code)",
  "CosFace",
  "ElasticFace-Cos",
  "ElasticFace-Cos+",
  "ElasticFace-Cos+ (code)",
  "raw",
] as const;
export type Method = (typeof methods)[number];

/** Those of directions: by the weak form of the claim each is better than plain softmax. */
export const normalisedMethods: readonly Method[] = methods.filter(
  (m) => m !== "softmax" && m !== "triplet" && m !== "raw",
);

/** Elastic margins, each with the fixed margin it is compared with. The released code's '+' is shown, not counted. */
export const elasticPairs: readonly { elastic: Method; fixed: Method; counted: boolean }[] = [
  { elastic: "ElasticFace-Arc", fixed: "ArcFace", counted: true },
  { elastic: "ElasticFace-Arc+", fixed: "ArcFace", counted: true },
  { elastic: "ElasticFace-Arc+ (code)", fixed: "ArcFace", counted: false },
  { elastic: "ElasticFace-Cos", fixed: "CosFace", counted: true },
  { elastic: "ElasticFace-Cos+", fixed: "CosFace", counted: true },
  { elastic: "ElasticFace-Cos+ (code)", fixed: "CosFace", counted: false },
];

/** Those with something to tune. */
export const trainedMethods: readonly Arm[] = methods.filter((m) => m !== "raw").map(armOf);

interface Size {
  /** Seeds of each material. */
  seeds: Readonly<Record<string, number>>;
  /** Multiplies the materials' own epochs. */
  epochs: number;
  pairs: number;
  fraction: number;
}

export const sizes: Record<Scale, Size> = {
  quick: { seeds: { letter: 2 }, epochs: 0.5, pairs: 1000, fraction: 0.15 },
  default: {
    seeds: { letter: 10, fashion: 5, omniglot: 5, orl: 5 },
    epochs: 1,
    pairs: 4000,
    fraction: 1,
  },
  full: {
    seeds: { letter: 30, fashion: 20, omniglot: 20, orl: 30 },
    epochs: 3,
    pairs: 10_000,
    fraction: 1,
  },
};

/** Seeds used for tuning; the measured ones count from 0. */
export const tuningSeeds = [1001, 1002, 1003];
