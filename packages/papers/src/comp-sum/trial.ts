import type { TrialHost } from "../reproduction.ts";
import { adversarialTrial } from "./adversarial.ts";
import { boundsTrial } from "./bounds.ts";
import { familyTrial } from "./family.ts";

/** Checks the bounds on random distributions and scores. */
export interface BoundsSpec {
  part: "bounds";
  draws: number;
  seed: number;
}

/** One network trained with one member of the family. */
export interface FamilySpec {
  part: "family";
  setting: "letter" | "letter, 40% label noise" | "fashion";
  tau: number;
  learningRate: number;
  seed: number;
  /** `tune`: judged on a validation part of the training pool, under the same label noise. */
  judge: "test" | "tune";
  /** Share of rows and epochs; below 1 for smoke tests. */
  fraction: number;
}

/** One network trained for robustness. */
export interface AdversarialSpec {
  part: "adversarial";
  method: "standard" | "PGD training" | "TRADES" | "Adv-Comp-Sum";
  /** `beta` of TRADES, `nu` of Adv-Comp-Sum, 0 for the others. */
  strength: number;
  seed: number;
  judge: "test" | "tune";
  fraction: number;
}

export type Spec = BoundsSpec | FamilySpec | AdversarialSpec;

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

export type Result = BoundsResult | FamilyResult | AdversarialResult;

/** One trial of any part; the same spec gives the same result. */
export async function trial(spec: Spec, host: TrialHost): Promise<Result> {
  if (spec.part === "bounds") return boundsTrial(spec);
  return spec.part === "family" ? familyTrial(spec, host) : adversarialTrial(spec, host);
}

/** What a trial is called in the progress. */
export function describe(spec: Spec): string {
  if (spec.part === "bounds") return `bounds, ${spec.draws} draws`;
  if (spec.part === "family") return `${spec.setting}, tau ${spec.tau}, seed ${spec.seed}`;
  return `${spec.method}${spec.strength > 0 ? ` ${spec.strength}` : ""}, seed ${spec.seed}`;
}
