import type { Note } from "@minimand/compare";
import type { versions } from "../../version.ts";
import type { Evaluation } from "./bandit-policies.ts";
import type { BanditSettings } from "./bandit-settings.ts";
import type { Play } from "./bandit-simulation.ts";

/** A bandit of a simulation, with a play for each seed. */
export interface PlayedBandit {
  name: string;
  propensities: "exact" | "estimated" | "deterministic";
  plays: Play[];
}

/** `results.json` of `minimand bandit simulate`. */
export interface SimulationFile {
  schema: "minimand.bandit-simulation/1";
  created: string;
  versions: ReturnType<typeof versions>;
  name: string;
  source: string;
  sha256: string;
  target: string;
  rounds: number;
  seeds: number;
  delay: number;
  arms: number;
  inputs: number;
  classes: string[];
  /** What was repaired, left out or decided in reading the table. */
  notes: Note[];
  settings: BanditSettings;
  /** Share of the most frequent class: what always choosing it would get. */
  mostFrequent: number;
  bandits: PlayedBandit[];
}

/** `results.json` of `minimand bandit evaluate`. */
export interface EvaluationFile {
  schema: "minimand.bandit-evaluation/1";
  created: string;
  versions: ReturnType<typeof versions>;
  source: string;
  sha256: string;
  decisions: number;
  /** Decisions with a reward. */
  rewarded: number;
  /** All of them are 0 or 1. */
  binary: boolean;
  /** Logged with propensity 1, which tell nothing of other arms. */
  certain: number;
  clip: number;
  seed: number;
  settings: BanditSettings;
  logged: { value: number; se: number; ci95: readonly [number, number] };
  evaluations: Evaluation[];
}
