import type { Draw } from "../../kit/rows.ts";
import type { Net } from "./settings.ts";

/** Checks the bounds on random distributions and scores. */
export interface BoundsSpec {
  part: "bounds";
  draws: number;
  seed: number;
}

/** One network trained with one member of the family. */
export interface FamilySpec extends Draw {
  part: "family";
  setting: "letter" | "letter, 40% label noise" | "fashion";
  tau: number;
  learningRate: number;
}

/** One network trained for robustness. */
export interface AdversarialSpec extends Draw {
  part: "adversarial";
  net: Net;
  method: "standard" | "PGD training" | "TRADES" | "Adv-Comp-Sum";
  /** `beta` of TRADES, `nu` of Adv-Comp-Sum, 0 for the others. */
  strength: number;
}

export interface BoundsResult {
  part: "bounds";
  draws: number;
  /** The smallest regret minus bound. */
  smallestSlack: number;
  /** The largest distance between regret and bound where they should be equal. */
  tightness: number;
  /** The largest distance between closed-form and brute-force conditional infimum. */
  infimumError: number;
}

export interface FamilyResult {
  part: "family";
  /** Null where training diverged. */
  accuracy: number | null;
}

export interface AdversarialResult {
  part: "adversarial";
  clean: number;
  robust: number;
}
