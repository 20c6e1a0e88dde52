export type { Prepared, Subject } from "../plan/prepared.ts";
export { plural } from "../plural.ts";
export type { ProgressLine } from "../progress-line.ts";
export { areRecords } from "./are-records.ts";
export { type Budget, leastFolds, makeBudget } from "./budget.ts";
export { type Ran, runTrials } from "./compare-run.ts";
export { Interrupted } from "./interrupted.ts";
export {
  areEarlierResults,
  type Earlier,
  type EarlierResults,
  earlierLook,
  type Look,
  lookAt,
  type Seen,
} from "./looks.ts";
export type { Pool } from "./pool.ts";
export { runQuantised } from "./quantised-trials.ts";
export { resultsOf, seenOf } from "./results-of.ts";
export { type CompareData, type CompareJob, makeJobRunner } from "./run-job.ts";
export type { RunOptions } from "./run-options.ts";
export { type Finished, type RunOfTrials, startTeam, type Team, type TeamOptions } from "./team.ts";
export { doubtsAbout, type StoreKey, type TrialStore } from "./trial-store.ts";
