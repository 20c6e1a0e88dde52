import { openTrialDatabase, startWebPool } from "@minimand/compare/web";
import {
  finishReproduction,
  isOutcomeOf,
  loadReproduction,
  localTrials,
  type Progress,
  papersHost,
  type ReproductionFile,
  type ReproductionRequest,
  resultForm,
  seedsOfRun,
  type TrialOutcome,
  takenSeeds,
  trialContext,
} from "../index.ts";
import { type ServedPaper, servedHost } from "./served-host.ts";

/** What {@link reproduceServed} needs. */
export interface ServedRun {
  /** What runs, and by which code: hash and versions are told by whoever has built it. */
  request: Pick<ReproductionRequest, "slug" | "scale" | "seeds" | "engine" | "versions" | "code">;
  paper: ServedPaper;
  /** Starts a worker whose module calls `answerReproduction`. */
  startWorker: () => Worker;
  /** At most so many run at a time: no more than there are trials. */
  workers: number;
  /** Name of the browser's database that keeps finished trials. */
  database: string;
  signal: AbortSignal;
  /** Told how far it is; `kept` of the trials come from an earlier run. */
  show(progress: Progress & { kept: number }): void;
  /** Told the result of each trial before the progress that it makes. */
  result(result: unknown): void;
}

/**
 * Runs a reproduction in module workers of a page, from a module worker of it or from the page itself. Finished trials are kept in the
 * browser's IndexedDB, so that the same call goes on after a reload.
 *
 * @returns what the command writes as `report.json` for the same paper, scale, seeds and engine
 * @throws RangeError for seeds on which something was chosen; Interrupted when the signal is aborted; what a trial throws
 *
 * @example
 * const file = await reproduceServed({ request, paper, startWorker, workers: 2, database: "ldr", signal, show: () => {}, result: () => {} });
 */
export async function reproduceServed(run: ServedRun): Promise<ReproductionFile> {
  const { paper, signal } = run;
  const { slug, scale, seeds } = run.request;
  const reproduction = await loadReproduction(slug);
  const served = servedHost(paper, reproduction.card);
  if (seeds !== null) {
    const fault = takenSeeds(
      reproduction,
      await seedsOfRun(reproduction, { ...served, scale, seeds, firstSeed: null }),
    );
    if (fault !== null) throw new RangeError(`seeds: ${fault}`);
  }
  const data = await served.sources();
  const request: ReproductionRequest = { ...run.request, firstSeed: null, tune: false, data };
  let asked = 1;
  const source = localTrials({
    store: await openTrialDatabase(run.database, isOutcomeOf(await resultForm(slug))),
    startPool: () =>
      startWebPool<unknown, TrialOutcome>({
        start: run.startWorker,
        data: paper,
        workers: Math.min(run.workers, asked),
      }),
    inFlight: 2 * run.workers,
    context: trialContext(request),
    signal,
  });
  const told: typeof source.trials = async function* (specs) {
    asked = specs.length;
    for await (const done of source.trials(specs)) {
      run.result(done.result);
      yield done;
    }
  };
  const host = papersHost({
    scale,
    seeds,
    firstSeed: null,
    data: served,
    asset: served.asset,
    signal,
    source: { ...source, trials: told },
  });
  const finished = await finishReproduction({ request, reproduction }, host, {
    show: (progress) => run.show({ ...progress, kept: source.trialsSoFar.kept }),
    clear: () => {},
  });
  if (finished.kind !== "measured") throw new Error(`expected a report, got what was ${finished.kind}`);
  return finished.file;
}
