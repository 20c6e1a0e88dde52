import {
  type Candidate,
  type EngineUsed,
  gridOf,
  readerVersion,
  references,
  type Settings,
  type TrialRecord,
  type TrialSpec,
} from "@minimand/compare";
import { Interrupted } from "../failure.ts";
import { tell } from "../printable.ts";
import type { CompareJob, CompareWorkerData } from "./compare-worker.ts";
import { type Pool, startPool } from "./pool.ts";
import { progressLine } from "./progress.ts";
import type { TrialKey, TrialStore } from "./store.ts";
import type { Subject } from "./subjects.ts";

/** What {@link runTrials} needs. */
export interface RunOptions {
  subjects: Subject[];
  settings: Settings;
  candidates: readonly Candidate[];
  store: TrialStore<TrialRecord[]>;
  workers: number;
  /** Milliseconds, or null. Cuts at whole repeats only. */
  budget: number | null;
  versions: Record<string, string>;
  engine: EngineUsed;
  /** Told what the workers warn of. */
  warn: (message: string) => void;
  signal: AbortSignal;
}

/** Whether a stored file holds the records of a trial. */
export function areRecords(value: unknown): value is TrialRecord[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((v) => typeof v === "object" && v !== null && "candidate" in v && "score" in v)
  );
}

interface Work {
  job: CompareJob;
  key: TrialKey;
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
export async function runTrials(options: RunOptions): Promise<TrialRecord[][]> {
  const { subjects, settings, store, workers, budget, signal } = options;
  const records: TrialRecord[][] = subjects.map(() => []);
  const repeats = Array.from({ length: settings.seeds }, (_, seed) => workOf(options, seed));
  const pending: Work[][] = [];
  for (const repeat of repeats) {
    const missing: Work[] = [];
    for (const work of repeat) {
      const known = await store.get(work.key);
      if (known === null) missing.push(work);
      else records[work.job.dataset].push(...known);
    }
    pending.push(missing);
  }
  const doubts = store.doubts();
  if (doubts !== null) process.stderr.write(`${doubts}\n`);
  const total = repeats.flat().length;
  let done = total - pending.flat().length;
  if (done === total) return records;
  signal.throwIfAborted();
  if (done > 0) tell(`${done} of ${total} trials are there already`);

  const data: CompareWorkerData = {
    datasets: subjects.map(({ dataset, testTable }) => ({ dataset, testTable })),
    settings,
    engine: options.engine,
  };
  const pool: Pool<CompareJob, TrialRecord[]> = startPool(
    "compare-worker",
    data,
    Math.min(workers, pending.flat().length),
    options.warn,
  );
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
      running = missing.map(async ({ job, key }) => {
        const made = await pool.run(job);
        await store.put(key, made);
        records[job.dataset].push(...made);
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

/** The trials of one repeat. Losses are interleaved, so that each worker mostly stays with the one it has compiled. */
function workOf(options: RunOptions, seed: number): Work[] {
  const { subjects, settings, candidates, workers } = options;
  const folds = settings.test === null ? settings.folds : 1;
  return subjects.flatMap((subject, dataset) => {
    const reference = subject.dataset.task === "regression" ? references.mean.id : references.majority.id;
    const ids = [reference, ...candidates.map((c) => c.id)];
    const work: Work[] = [];
    for (let start = 0; start < ids.length; start += workers) {
      for (let fold = 0; fold < folds; fold++) {
        for (const candidate of ids.slice(start, start + workers)) {
          const spec = { candidate, seed, fold };
          work.push({ job: { dataset, spec }, key: keyOf(subject, spec, options) });
        }
      }
    }
    return work;
  });
}

/** Everything that decides a trial's result, and nothing else. */
function keyOf(
  { sha256, testSha256, teacherSha256, unlabeledSha256, dataset }: Subject,
  spec: TrialSpec,
  { settings, candidates, versions, engine }: RunOptions,
): TrialKey {
  const candidate = candidates.find((c) => c.id === spec.candidate);
  const {
    seeds: _seeds,
    losses: _losses,
    baseline: _baseline,
    rope: _rope,
    alpha: _alpha,
    test: _test,
    distillFrom: _distillFrom,
    unlabeled: _unlabeled,
    strict: _strict,
    bagColumn,
    ...rest
  } = settings;
  return {
    schema: 1,
    versions,
    engine,
    reader: readerVersion,
    sha256,
    testSha256,
    task: dataset.task,
    classes: dataset.classes,
    settings: { ...rest, ...(bagColumn !== null && { bagColumn }) },
    formula: candidate?.formula ?? null,
    grid: candidate === undefined ? null : gridOf(candidate, settings.configurations),
    ...(candidate?.needsTeacher === true && { teacherSha256 }),
    ...(candidate?.needsUnlabeled === true && { unlabeledSha256 }),
    spec,
  };
}
