import type { Prediction } from "@minimand/compare";
import type { Plan, Split } from "./plans.ts";
import type { BenchTable } from "./read.ts";

/** What an arm predicts for the test rows of a split. */
export interface Made {
  prediction: Prediction;
  /** Processor seconds of training and prediction. */
  seconds: number;
  /** Training failed, and the prediction is the constant one. */
  diverged?: true;
}

/** What another arm predicted on a fold of a seed of the same table. */
export type Earlier = (arm: string, seed: number, fold: number) => Made;

/** A model that is compared. */
export interface Arm {
  name: string;
  /** Raised when predictions change: records of other versions are ignored. */
  version: number;
  /** The plans by which it runs. */
  plans: readonly Plan["name"][];
  /** Arms whose predictions it combines: of all seeds, or of its own seed. */
  combines?: { arms: readonly string[]; allSeeds: boolean };
  run(table: BenchTable, split: Split, seed: number, earlier: Earlier): Made | Promise<Made>;
}

/** The arms of a plan. */
export function armsFor(arms: readonly Arm[], { name }: Plan): Arm[] {
  return arms.filter(({ plans }) => plans.includes(name));
}
