import { type Arm, armOf } from "../../embeddings/arms.ts";

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

/** What of those the weak form asks for: the released code's '+' deals its draws out by another rule than the paper's. */
export const ofThePaper = (method: Method): boolean => !method.endsWith("(code)");

/** Elastic margins, each with the fixed margin it is compared with. The released code's '+' is shown, not counted. */
export const elasticPairs = methods
  .filter((m) => m.startsWith("ElasticFace"))
  .map((elastic): { elastic: Method; fixed: Method; counted: boolean } => {
    const fixed = elastic.startsWith("ElasticFace-Arc") ? "ArcFace" : "CosFace";
    return { elastic, fixed, counted: ofThePaper(elastic) };
  });

/** Those with something to tune. */
export const trainedMethods: readonly Arm[] = methods.filter((m) => m !== "raw").map(armOf);
