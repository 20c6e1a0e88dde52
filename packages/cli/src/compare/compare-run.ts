import {
  type EngineUsed,
  minimisedBy,
  type Origin,
  type OwnModel,
  type PlannedCandidate,
  type PlannedTrial,
  type PredictedTrial,
  planTrials,
  type Settings,
} from "@minimand/compare";
import { messageOf } from "../error-text.ts";
import { Interrupted } from "../failure.ts";
import type { TrialStore } from "../files/store.ts";
import { tell } from "../printable.ts";
import { type Pool, startPool } from "../run/pool.ts";
import { progressLine } from "../run/progress.ts";
import type { CompareJob, CompareWorkerData } from "./compare-worker.ts";
import { refusal } from "./own-candidates.ts";
import type { Subject } from "./subjects.ts";

/** What {@link runTrials} needs. */
export interface RunOptions {
  subjects: Subject[];
  settings: Settings;
  candidates: readonly PlannedCandidate[];
  store: TrialStore<PredictedTrial[]>;
  workers: number;
  /** Milliseconds, or null. Cuts at whole repeats only. */
  budget: number | null;
  versions: Record<string, string>;
  engine: EngineUsed;
  /** The user's modules that some of the candidates come from, or the model. */
  origins: Origin[];
  /** The own model that all train. */
  model?: OwnModel;
  /** Told what the workers warn of. */
  warn: (message: string) => void;
  signal: AbortSignal;
}

/** Whether a stored file holds the records of a trial. */
export function areRecords(value: unknown): value is PredictedTrial[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((v) => typeof v === "object" && v !== null && "candidate" in v && "predictions" in v)
  );
}

/**
 * Runs all trials that the store doesn't hold yet, repeat by repeat (a repeat is one seed of all losses, folds and data
 * sets), and returns the records of each subject.
 *
 * A repeat is begun only if the budget has room for one as long as the last. Every finished trial is stored at once, so
 * that an interruption loses at most those in flight.
 *
 * @throws Interrupted when the signal is aborted; the error of the store where a trial can't be kept
 */
export async function runTrials(options: RunOptions): Promise<PredictedTrial[][]> {
  const { subjects, settings, candidates, store, workers, budget, signal } = options;
  const records: PredictedTrial[][] = subjects.map(() => []);
  const planned = planTrials(settings, candidates, subjects, options);
  const pending: PlannedTrial[][] = Array.from({ length: settings.seeds }, () => []);
  for (const trial of abreast(planned, candidates, workers)) {
    const known = await store.get(trial.key);
    if (known === null) pending[trial.spec.seed].push(trial);
    else records[trial.subject].push(...known);
  }
  const doubts = store.doubts();
  if (doubts !== null) process.stderr.write(`${doubts}\n`);
  const total = planned.length;
  let done = total - pending.flat().length;
  if (done > 0) tell(`${done === total ? "all" : `${done} of`} ${total} trials are there already`);
  if (done === total) return records;
  signal.throwIfAborted();

  const data: CompareWorkerData = {
    datasets: subjects.map(({ dataset, testTable }) => ({ dataset, testTable })),
    settings,
    engine: options.engine,
    origins: options.origins,
    ...(options.model && { model: options.model.id }),
  };
  const pool: Pool<CompareJob, PredictedTrial[]> = startPool(
    "compare/compare-worker",
    data,
    Math.min(workers, pending.flat().length),
    options.warn,
  );
  const candidateOf = ({ candidate }: PlannedTrial["spec"]) => candidates.find(({ id }) => id === candidate);
  const line = progressLine(process.stderr, done);
  const stop = (): void => void pool.destroy();
  signal.addEventListener("abort", stop);
  const started = performance.now();
  let running: Promise<void>[] = [];
  try {
    let longest = 0;
    for (const [seed, missing] of pending.entries()) {
      signal.throwIfAborted();
      const elapsed = performance.now() - started;
      if (budget !== null && seed > 0 && missing.length > 0 && elapsed + longest > budget) {
        line.clear();
        tell(
          `budget: stopped after ${seed} of ${settings.seeds} repeats; the same command with more budget continues`,
        );
        break;
      }
      const before = performance.now();
      running = missing.map(async ({ subject, spec, key }) => {
        const outcome = await pool.run({ dataset: subject, spec }).catch((error: unknown) => {
          throw blamed(error, candidateOf(spec), options.model);
        });
        await store.put(key, outcome);
        records[subject].push(...outcome);
        done++;
        line.update(done, total, "trials");
      });
      await Promise.all(running);
      if (missing.length > 0) longest = Math.max(longest, performance.now() - before);
    }
  } catch (error) {
    await pool.destroy();
    // What is being stored is stored to its end, so that nothing half-written stays behind.
    await Promise.allSettled(running);
    if (!signal.aborted) throw error;
    throw new Interrupted(`interrupted: ${done} of ${total} trials are kept; the same command continues`);
  } finally {
    line.clear();
    signal.removeEventListener("abort", stop);
    await pool.destroy();
  }
  return records;
}

/** What went wrong in a trial; with code of the user's it is for them to mend. */
function blamed(
  error: unknown,
  candidate: PlannedCandidate | undefined,
  model: OwnModel | undefined,
): unknown {
  const own = candidate && (candidate.origin ?? minimisedBy(candidate).origin);
  const origin = own ?? model?.origin;
  const message = messageOf(error);
  if (origin === undefined || message.startsWith("--with ")) return error;
  const what =
    own === undefined
      ? `${model?.id} can't be trained with ${candidate?.id}`
      : `${candidate?.id} can't be trained`;
  return refusal(origin.file, `${what}: ${message}`);
}

/**
 * The trials of each repeat and data set, so many candidates at a time fold by fold: each worker then mostly stays with the
 * one that it has compiled.
 */
function abreast(
  trials: readonly PlannedTrial[],
  candidates: readonly PlannedCandidate[],
  workers: number,
): PlannedTrial[] {
  // The reference that learns nothing is none of them, and comes first.
  const places = new Map(candidates.map(({ id }, i) => [id, i + 1]));
  const place = ({ spec }: PlannedTrial): number => places.get(spec.candidate) ?? 0;
  const group = (trial: PlannedTrial): number => Math.floor(place(trial) / workers);
  return trials.toSorted(
    (a, b) =>
      a.spec.seed - b.spec.seed ||
      a.subject - b.subject ||
      group(a) - group(b) ||
      a.spec.fold - b.spec.fold ||
      place(a) - place(b),
  );
}
