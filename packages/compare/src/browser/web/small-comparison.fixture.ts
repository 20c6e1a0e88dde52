/* A small comparison, carried out wherever it is asked for: in Node and in a page. */
import { makeDataset } from "../../data/index.ts";
import { baselineIdOf, chooseCandidates, defaultSettings, summarise } from "../../plan/index.ts";
import { readTable } from "../../read/index.ts";
import type { PredictedTrial, Results, Settings } from "../../results.ts";
import {
  type CompareData,
  type CompareJob,
  lookAt,
  type Pool,
  resultsOf,
  runTrials,
  type Subject,
  seenOf,
  startTeam,
  type TrialStore,
} from "../../run/index.ts";

const settings: Settings = {
  ...defaultSettings,
  target: "target",
  losses: ["cross-entropy", "focal"],
  references: ["linear"],
  hidden: [8],
  seeds: 2,
  folds: 2,
  configurations: 1,
  maxEpochs: 4,
};

/** Who runs the trials, and keeps them. */
export interface Place {
  store: TrialStore<PredictedTrial[]>;
  poolOf(data: CompareData): Pool<CompareJob, PredictedTrial[]>;
  workers: number;
}

/** The results on a file, and how many trials were run, not found. */
export async function compareSmall(
  bytes: Uint8Array,
  { store, poolOf, workers }: Place,
): Promise<{ results: Results; ran: number; said: string[] }> {
  const dataset = makeDataset(await readTable(bytes, { name: "iris.csv.gz" }), { target: "target" });
  const candidates = chooseCandidates(settings, dataset.task);
  const subject: Subject = {
    name: "iris",
    source: "iris",
    dataset,
    testTable: null,
    testRows: null,
    sha256: "",
    testSha256: null,
    teacherSha256: null,
    unlabeledSha256: null,
  };
  let ran = 0;
  const pool = (): Pool<CompareJob, PredictedTrial[]> => {
    const own = poolOf({ datasets: [{ dataset, testTable: null }], settings });
    return {
      run: (job) => {
        ran++;
        return own.run(job);
      },
      destroy: () => own.destroy(),
    };
  };
  const { signal } = new AbortController();
  const done = await runTrials({
    settings,
    subjects: [subject],
    candidates,
    ownCandidates: [],
    modules: [],
    summaries: summarise(candidates, dataset.task, settings),
    baseline: baselineIdOf(settings, dataset.task),
    keep: "auto",
    quantize: [],
    workers,
    budget: null,
    engine: { name: "wasm", version: "", threads: 1 },
    versions: { minimand: "", engine: "", node: "" },
    team: () =>
      startTeam({
        store,
        pool,
        workers,
        signal,
        say: () => {},
        progress: () => ({ update: () => {}, clear: () => {} }),
      }),
  });
  const { taken, records, missing } = done;
  const seen = seenOf(taken, records, missing);
  const results = resultsOf(taken, records, missing, { ...seen, ...lookAt(null, seen, settings.alpha) });
  return { results, ran, said: done.said };
}
