import { startEngine } from "minimand/start";
import { type CompareData, makeJobRunner } from "../../run/run-job.ts";
import { treesAt } from "../../train/references/library.ts";
import { answerJobs } from "./answer-jobs.ts";

/**
 * Runs the trials of a comparison in this worker of a page: all that its module has to call. The pool's data are `CompareData`, its
 * jobs `CompareJob`s; the engine is wasm.
 *
 * @param options `trees`: address of `ydf-training/dist/training.wasm`; default: the file next to the module of this worker
 *
 * @example
 * answerComparison();
 */
export function answerComparison({ trees }: { trees?: string } = {}): void {
  treesAt(trees);
  answerJobs(async (data: CompareData) => {
    await startEngine();
    return makeJobRunner(data, {});
  });
}
