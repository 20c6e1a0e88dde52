import type { Prepared } from "../../plan/prepared.ts";
import type { ProgressLine } from "../../progress-line.ts";
import type { PredictedTrial, Results } from "../../results.ts";
import { areRecords } from "../../run/are-records.ts";
import { makeBudget } from "../../run/budget.ts";
import { runTrials } from "../../run/compare-run.ts";
import { earlierLook, lookAt } from "../../run/looks.ts";
import type { Pool } from "../../run/pool.ts";
import { seenOf } from "../../run/results-of.ts";
import type { CompareData, CompareJob } from "../../run/run-job.ts";
import { startTeam } from "../../run/team.ts";
import { openTrialDatabase } from "../web/trial-database.ts";
import { startWebPool } from "../web/web-pool.ts";
import type { Asked } from "./asked.ts";
import { argumentsOf, commandOf } from "./command-line.ts";
import type { ComparisonEvent, FinishedComparison } from "./events.ts";
import type { KeptComparisons } from "./kept-comparisons.ts";
import { liveRankings, watched } from "./live-ranking.ts";
import { lookOf, preparePage } from "./look.ts";
import { inOneTab } from "./one-tab.ts";
import { idOf, requestAsked } from "./request-asked.ts";

/** What a comparison of a page is carried out with. */
export interface Carrying {
  /** Prefix of the names of databases. */
  database: string;
  kept: KeptComparisons;
  startTrialWorker: () => Worker;
  /** The number of workers; null: as many as there are cores, fewer where each needs much memory. */
  workers: number | null;
  /** The most bytes of a file. */
  most: number;
  tell: (event: ComparisonEvent) => void;
}

/** Milliseconds between two rankings. */
const rankingEvery = 200;

/** Carries out a comparison of a page, continuing from what is kept of it; its results are kept. */
export async function carryOut(asked: Asked, carrying: Carrying): Promise<FinishedComparison> {
  const started = performance.now();
  const page = await requestAsked(asked, carrying.most);
  const id = await idOf(page.request);
  return inOneTab(
    `${carrying.database} ${id}`,
    `${page.request.inputs[0].source}: this comparison`,
    async () => {
      const quiet = (): void => {};
      const { prepared, said } = await preparePage(asked, page, { most: carrying.most, progress: quiet });
      const look = lookOf(asked, prepared);
      const names = prepared.subjects.map(({ name }) => name);
      const sums = prepared.subjects.map(({ sha256 }) => sha256);
      const bytes = [...page.files.values()].reduce((sum, { size }) => sum + size, 0);
      const earlier = await carrying.kept.finished(id);
      await carrying.kept.put(
        {
          id,
          names,
          target: prepared.settings.target,
          command: look.command,
          sums,
          bytes,
          started: new Date().toISOString(),
          state: "stopped",
          done: 0,
          total: look.trials,
          options: asked.options,
          test: asked.test !== undefined,
          unlabeled: asked.unlabeled !== undefined,
        },
        asked,
      );
      carrying.tell({ kind: "planned", id, look, said });
      const { request } = page;
      const finished = await run(
        asked,
        { id, prepared, request, started, earlier: earlier?.results ?? null },
        carrying,
      );
      await carrying.kept.finish(finished);
      carrying.tell({ kind: "finished", finished });
      return finished;
    },
  );
}

interface Run {
  id: string;
  prepared: Prepared;
  request: Awaited<ReturnType<typeof requestAsked>>["request"];
  started: number;
  earlier: Results | null;
}

async function run(
  asked: Asked,
  { id, prepared, request, started, earlier: before }: Run,
  { database, kept, startTrialWorker, workers: given, tell }: Carrying,
): Promise<FinishedComparison> {
  const { settings, subjects } = prepared;
  const { keep, quantize, engine, versions } = request;
  const sums = subjects.map(({ sha256 }) => sha256);
  const store = await openTrialDatabase<PredictedTrial[]>(trialsNamed(database, sums), areRecords);
  const data: CompareData = {
    datasets: subjects.map(({ dataset, testTable }) => ({ dataset, testTable })),
    settings,
  };
  const workers = given ?? workersFor(data);
  const say = (text: string): void => tell({ kind: "said", text });
  const progress = (): ProgressLine => progressEvents(tell);
  // It ends with its worker.
  const { signal } = new AbortController();
  const live = liveRankings(prepared);
  const counted = counter((done) => kept.count(id, done));
  let last = 0;
  const show = (dataset: number): void => tell({ kind: "ranking", ...live.of(dataset) });
  const pool = (): Pool<CompareJob, PredictedTrial[]> =>
    startWebPool<CompareJob, PredictedTrial[]>({ start: startTrialWorker, data, workers });
  const { budget } = asked.options;
  const earlier = earlierLook(before, settings, sums);
  const ran = await runTrials({
    ...prepared,
    keep,
    quantize,
    engine,
    versions,
    workers,
    budget: budget === undefined ? null : makeBudget(budget, started),
    team: () =>
      watched(startTeam({ store, pool, workers, say, progress, signal }), (finished) => {
        live.add(finished);
        counted.add(JSON.stringify(finished.trial.key));
        const now = performance.now();
        if (now - last < rankingEvery) return;
        last = now;
        show(finished.trial.subject);
      }),
    ...(earlier && { earlier: earlier.sample }),
  });
  subjects.forEach((_, dataset) => void show(dataset));
  await counted.all();
  for (const text of ran.said) say(text);
  for (const what of ran.missing) say(`budget: ${what}; the same comparison with more time goes on`);
  tell({ kind: "keeping" });
  const seen = seenOf(ran.taken, ran.records, ran.missing);
  const look = { ...seen, ...lookAt(earlier, seen, settings.alpha) };
  const said: string[] = [];
  const { finishComparison } = await import("../../artifacts.ts");
  const { results, files } = await finishComparison(ran, look, {
    progress,
    signal,
    say: (text) => {
      said.push(text);
      say(text);
    },
  });
  const { renderReport } = await import("../../report/index.ts");
  const report = renderReport(results, null, argumentsOf(asked));
  const all = { ...files, "report.html": report, "results.json": `${JSON.stringify(results, null, 1)}\n` };
  return {
    id,
    results,
    report,
    said,
    command: commandOf(asked),
    files: Object.fromEntries(
      Object.entries(all).flatMap(([path, content]) => (content === null ? [] : [[path, bytesOf(content)]])),
    ),
  };
}

/** Counts different names, and keeps the count: one time after the other, since many may come at once. */
function counter(keep: (count: number) => Promise<void>): { add(name: string): void; all(): Promise<void> } {
  const names = new Set<string>();
  let keeping: Promise<void> | null = null;
  const keepAll = async (): Promise<void> => {
    for (let kept = 0; kept < names.size; ) {
      kept = names.size;
      await keep(kept);
    }
    keeping = null;
  };
  return {
    add(name) {
      names.add(name);
      keeping ??= keepAll();
      // Where there is no room, the trials say so themselves.
      keeping.catch(() => {});
    },
    all: async () => keeping ?? undefined,
  };
}

/** Returns the name of the database of the trials on data sets, which comparisons of the same data share. */
export function trialsNamed(database: string, sums: readonly string[]): string {
  return `${database} trials ${sums.map((sum) => sum.slice(0, 16)).join(" ")}`;
}

const bytesOf = (content: string | Uint8Array): Uint8Array<ArrayBuffer> =>
  typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content);

/** Most bytes that the copies of the data may have in all workers together, where each has its own copy. */
const mostCopied = 1e9;

/** One for each core, or fewer for large data. */
function workersFor({ datasets }: CompareData): number {
  const cores = navigator.hardwareConcurrency;
  if (typeof SharedArrayBuffer !== "undefined") return cores;
  const size = datasets.reduce((sum, { dataset: { rows, features } }) => sum + 8 * rows * features.length, 0);
  return Math.max(1, Math.min(cores, Math.floor(mostCopied / Math.max(1, size))));
}

/** A line of progress as events. Where the time left is not given, it is estimated from what was done since the start. */
function progressEvents(tell: Carrying["tell"]): ProgressLine {
  const started = performance.now();
  let before: number | null = null;
  return {
    update(done, total, label, expected) {
      before ??= done - 1;
      const byWork = ((performance.now() - started) / (done - before)) * (total - done);
      tell({ kind: "progress", done, total, label, left: expected === undefined ? byWork : expected });
    },
    clear: () => {},
  };
}
