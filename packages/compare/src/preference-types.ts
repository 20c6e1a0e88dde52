/** How margins become probabilities of labels, `flipRate + (1 - 2 flipRate) sigma(h / temperature)`. */
export interface PairCalibration {
  /** By the validation pairs. */
  temperature: number;
  /** By the training pairs, the same for all candidates; 0 where `identifiable` is false. */
  flipRate: number;
  identifiable: boolean;
  /** The rate that is given to losses that take one, before their own factor. */
  assumed: number;
}

/** A share of flipped preferences that is known beforehand. */
export interface GivenFlips {
  /** `known`: as given; `audit`: pairs that were labelled anew; `agreement`: pairs with two labels. */
  from: "known" | "audit" | "agreement";
  epsilon: number;
  /** 95 % interval; null where a share alone was given. */
  lower: number | null;
  upper: number | null;
}

/** What is known of the flips of a data set of pairs, and what it means. */
export interface PreferenceReport {
  /** Of all pairs; `likelihood`: by the baseline's margins on the test parts of the first seed. Null: it can't be estimated. */
  flipRate: (Omit<GivenFlips, "from"> & { from: GivenFlips["from"] | "likelihood" }) | null;
  /** Of the baseline's trials: how many found a rate by their training pairs, and which. */
  judgedBy: { folds: number; identifiable: number; least: number | null; most: number | null };
  /** The share of labels that the baseline agrees with, and that of true preferences, were the flips by chance; null unless their rate was given. */
  accuracy: number | null;
  corrected: number | null;
  /** The same in words. */
  sentences: string[];
}
