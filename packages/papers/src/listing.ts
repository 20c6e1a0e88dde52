import type { Outcome } from "./reproduction.ts";

/** What a paper is about, in the words by which the catalogue is filtered. */
export const topics = [
  "classification",
  "embeddings",
  "regression",
  "training",
  "small models",
  "preferences",
  "online decisions",
  "equations",
  "pictures",
] as const;

export type Topic = (typeof topics)[number];

/** How a paper is listed among others. */
export interface Listing {
  topic: Topic;
  /** The day on which the paper came into the catalogue. */
  added: string;
  /**
   * What held of the claim in the measured run: one or two full sentences, with units and the number of the rival. Null where nothing
   * did, and for a paper that isn't measured yet.
   */
  held: string | null;
  /** What did not hold, in the same form; null where everything held. */
  notHeld: string | null;
  /** What is said of the measured run; absent until there is one. */
  measured?: {
    /** Of the run from which the sentences were written: another verdict asks for others. */
    verdict: Outcome["verdict"];
    /** How long that run took, as the paper's page says with the circumstances. */
    seconds: number;
    /** What the paper gives to somebody who trains models, in at most two sentences. Without numbers, which are generated. */
    use: string;
    /** What a practitioner should do with it, in at most three sentences. Without numbers. */
    practice: string;
  };
}
