export { drive, ofKept, type ProgressSink } from "./drive.ts";
export { type FinishedReproduction, finishReproduction, type Tuned } from "./finish-reproduction.ts";
export { type LocalTrialsOptions, localTrials } from "./local-trials.ts";
export {
  type DataSource,
  type FindData,
  type PapersData,
  papersData,
  type SourceFile,
} from "./papers-data.ts";
export { type PapersHost, type PapersHostOptions, papersHost, type TrialSource } from "./papers-host.ts";
export { caveatOf, otherSeedsOf, type ReproductionFile, type Versions } from "./reproduction-file.ts";
export { readReproduction, readTuned } from "./reproduction-file-shape.ts";
export { type ReproductionRequest, trialContext } from "./reproduction-request.ts";
export { type ResultForm, resultForm } from "./result-form.ts";
export { isOutcomeOf, type TrialOutcome, timedTrial } from "./trial-outcome.ts";
