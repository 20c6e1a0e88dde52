import { answerJobs } from "@minimand/compare/web";
import { startEngine } from "minimand/start";
import { timedTrial } from "../host/trial-outcome.ts";
import { loadReproduction } from "../index.ts";
import { type ServedPaper, servedHost } from "./served-host.ts";

/**
 * Runs the trials of a reproduction in this worker of a page: all that its module has to call. The pool's data are a
 * {@link ServedPaper}, its jobs the specs; the engine is wasm.
 *
 * @example
 * answerReproduction();
 */
export function answerReproduction(): void {
  answerJobs(async (paper: ServedPaper) => {
    await startEngine();
    const reproduction = await loadReproduction(paper.slug);
    const host = servedHost(paper, reproduction.card);
    return (spec: unknown) => timedTrial(reproduction, spec, host);
  });
}
