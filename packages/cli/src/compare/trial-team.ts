import {
  type EngineUsed,
  isTrees,
  minimisedBy,
  type Origin,
  type OwnModel,
  type PlannedCandidate,
  type PlannedTrial,
  type PredictedTrial,
  type Settings,
} from "@minimand/compare";
import { messageOf } from "../error-text.ts";
import { Interrupted } from "../failure.ts";
import type { TrialStore } from "../files/store.ts";
import { tell } from "../printable.ts";
import { type Pool, startPool } from "../run/pool.ts";
import { type ProgressLine, progressLine } from "../run/progress.ts";
import type { CompareJob, CompareWorkerData } from "./compare-worker.ts";
import { refusal } from "./own-candidates.ts";
import type { Subject } from "./subjects.ts";

/** What {@link startTeam} needs. */
export interface TeamOptions {
  subjects: Subject[];
  settings: Settings;
  candidates: readonly PlannedCandidate[];
  store: TrialStore<PredictedTrial[]>;
  workers: number;
  engine: EngineUsed;
  /** The user's modules that some of the candidates come from, or the model. */
  origins: Origin[];
  /** The own model that all train. */
  model?: OwnModel;
  /** Told what the workers warn of. */
  warn: (message: string) => void;
  signal: AbortSignal;
}

/** Workers that run trials, and keep what they have finished. */
export interface Team {
  /**
   * Runs those trials that the store doesn't hold yet. Every finished trial is stored at once, so that an interruption loses at most
   * those in flight.
   *
   * @throws Interrupted when the signal is aborted; the error of the store where a trial can't be kept
   */
  run(trials: readonly PlannedTrial[]): Promise<void>;
  /** Of each subject, what was found or run so far. */
  records: PredictedTrial[][];
  /** Trials that were run, not found. */
  fresh(): number;
  end(): Promise<void>;
}

/**
 * A team that takes its workers when the first trial has to be run.
 *
 * @param total the number of trials that are planned
 * @param what they are called
 */
export function startTeam(options: TeamOptions, total: number, what = "trials"): Team {
  const { subjects, candidates, store, workers, signal } = options;
  const records: PredictedTrial[][] = subjects.map(() => []);
  let pool: Pool<CompareJob, PredictedTrial[]> | null = null;
  let line: ProgressLine | null = null;
  let done = 0;
  let fresh = 0;
  const stop = (): void => void pool?.destroy();
  signal.addEventListener("abort", stop);
  const candidateOf = ({ candidate }: PlannedTrial["spec"]) => candidates.find(({ id }) => id === candidate);

  async function end(): Promise<void> {
    line?.clear();
    signal.removeEventListener("abort", stop);
    await pool?.destroy();
  }

  async function run(trials: readonly PlannedTrial[]): Promise<void> {
    const pending: PlannedTrial[] = [];
    for (const trial of trials) {
      const known = await store.get(trial.key);
      if (known === null) pending.push(trial);
      else {
        records[trial.subject].push(...known);
        done++;
      }
    }
    if (pending.length === 0) return;
    signal.throwIfAborted();
    if (pool === null && done > 0) tell(`${done} of ${total} trials are there already`);
    pool ??= startPool("compare/compare-worker", workerData(options), workers, options.warn);
    line ??= progressLine(process.stderr, done);
    const running = pending.map(async ({ subject, spec, key }) => {
      const outcome = await pool!.run({ dataset: subject, spec }).catch((error: unknown) => {
        throw blamed(error, candidateOf(spec), options.model);
      });
      await store.put(key, outcome);
      records[subject].push(...outcome);
      done++;
      fresh++;
      line!.update(done, total, what);
    });
    try {
      await Promise.all(running);
    } catch (error) {
      await pool.destroy();
      // What is being stored is stored to its end, so that nothing half-written stays behind.
      await Promise.allSettled(running);
      if (!signal.aborted) throw error;
      throw new Interrupted(`interrupted: ${done} of ${total} trials are kept; the same command continues`);
    } finally {
      line.clear();
    }
  }

  return { run, records, fresh: () => fresh, end };
}

function workerData({ subjects, settings, engine, origins, model }: TeamOptions): CompareWorkerData {
  return {
    datasets: subjects.map(({ dataset, testTable }) => ({ dataset, testTable })),
    settings,
    engine,
    origins,
    ...(model && { model: model.id }),
  };
}

/** What went wrong in a trial; with code of the user's it is for them to mend. */
function blamed(
  error: unknown,
  candidate: PlannedCandidate | undefined,
  model: OwnModel | undefined,
): unknown {
  const own =
    candidate && !isTrees(candidate) ? (candidate.origin ?? minimisedBy(candidate).origin) : undefined;
  const origin = own ?? model?.origin;
  const message = messageOf(error);
  if (origin === undefined || message.startsWith("--with ")) return error;
  const what =
    own === undefined
      ? `${model?.id} can't be trained with ${candidate?.id}`
      : `${candidate?.id} can't be trained`;
  return refusal(origin.file, `${what}: ${message}`);
}
