import { startEngine } from "minimand/start";
import { type CompareData, makeJobRunner } from "../run/run-job.ts";
import { answerJobs } from "./answer-jobs.ts";

/**
 * Runs the trials of a comparison in this worker of a page: all that its module has to call. The pool's data are `CompareData`, its
 * jobs `CompareJob`s; the engine is wasm.
 *
 * @example
 * answerComparison();
 */
export function answerComparison(): void {
  answerJobs(async (data: CompareData) => {
    await startEngine();
    return makeJobRunner(data, {});
  });
}
