import type { Dataset } from "../data/dataset.ts";
import type { Table } from "../read/table.ts";
import type { CandidateSummary, Origin, Settings } from "../results.ts";
import type { Candidate, PlannedCandidate } from "./candidate.ts";
import type { OwnModel } from "./own-parts.ts";

/** A data set to compare on, with the hashes that name its trials. */
export interface Subject {
  /** Short and different for each. */
  name: string;
  source: string;
  dataset: Dataset;
  testTable: Table | null;
  /** Rows of the test table that have a target. */
  testRows: number | null;
  sha256: string;
  testSha256: string | null;
  /** Of the teacher that distillation learns from. */
  teacherSha256: string | null;
  /** Of the file of unlabelled rows. */
  unlabeledSha256: string | null;
}

/** A comparison whose trials can be planned and run. */
export interface Prepared {
  settings: Settings;
  subjects: Subject[];
  candidates: readonly PlannedCandidate[];
  summaries: readonly CandidateSummary[];
  /** Id of the baseline. */
  baseline: string;
  /** The own model that all train. */
  model?: OwnModel;
  /** All candidates that the user's modules bring, compared or not. */
  ownCandidates: readonly Candidate[];
  /** The user's modules by the files that they are in here. */
  modules: Origin[];
}
