/* The module of the worker that conducts a run: it asks other workers for trials, and makes the report, so that its page only shows. */
import { reproductionFigures, reproductionTables } from "@minimand/cli/reproduction-parts";
import { Interrupted } from "@minimand/compare";
import type { ReproductionFile } from "@minimand/papers";
import { reproduceServed } from "@minimand/papers/web";
import { asPart, figureWidth } from "../figures/as-part.ts";
import { liveFigure } from "./live-figure.ts";
import type { AskedRun, FromConductor, RunProgress, ToConductor } from "./messages.ts";
import { type RunRecord, trialsOf, writeRun } from "./run-record.ts";

const say = (message: FromConductor): void => postMessage(message);
const stopped = new AbortController();

addEventListener("message", ({ data }: MessageEvent<ToConductor>) => {
  if ("stop" in data) stopped.abort();
  else
    conduct(data.start).catch((error: unknown) => {
      if (error instanceof Interrupted) say({ kind: "stopped" });
      else say({ kind: "failed", text: error instanceof Error ? error.message : `${error}` });
    });
});

async function conduct({ facts, paper, scale, seeds, workers }: AskedRun): Promise<void> {
  const { slug, engine, code } = facts;
  const record: RunRecord = { slug, scale, seeds, code, done: 0, total: 0, finished: null };
  await writeRun(record);
  const live = liveFigure();
  let over = false;
  const keep = async (): Promise<void> => {
    if (!over) await writeRun({ ...record });
  };
  const show = showing(live, keep);
  let latest: unknown;
  const file = await reproduceServed({
    request: { slug, scale, seeds, engine, code, versions: { ...facts.versions, node: navigator.userAgent } },
    paper,
    workers,
    database: trialsOf(slug),
    signal: stopped.signal,
    startWorker: () => new Worker(new URL("./trial-worker.ts", import.meta.url), { type: "module" }),
    result: (result) => {
      latest = result;
    },
    show(progress) {
      if (progress.total === 0) return say({ kind: "said", text: progress.message });
      live.add(progress.message, latest);
      Object.assign(record, { done: progress.done, total: progress.total });
      show(progress);
    },
  }).finally(keep);
  over = true;
  const finished = { file, sections: sectionsOf(file) };
  await writeRun({ ...record, finished });
  say({ kind: "finished", finished });
}

/** Milliseconds between two looks at a run, and between two figures. */
const interval = { progress: 200, figure: 1000 };

/** Says how far a run is: at once where nothing was said just before, else a little later, when more may have come. */
function showing(live: ReturnType<typeof liveFigure>, keep: () => Promise<void>) {
  let [started, from] = [performance.now(), 0];
  let latest: RunProgress | null = null;
  const progress = spacedOut(interval.progress, () => {
    if (latest !== null) say({ kind: "progress", progress: latest });
  });
  const figure = spacedOut(interval.figure, () => {
    void keep();
    const markup = live.draw(figureWidth);
    if (markup !== null) say({ kind: "live", markup });
  });
  return ({ done, total, kept, message }: Omit<RunProgress, "left">): void => {
    const now = performance.now();
    // The estimate starts anew after trials that took no time.
    if (kept >= done) [started, from] = [now, done];
    const left = done === from ? null : ((now - started) / 1000 / (done - from)) * (total - done);
    latest = { done, total, kept, left, message };
    progress();
    figure();
  };
}

/** A function that is carried out at most once in a number of milliseconds, and once more after calls that came meanwhile. */
function spacedOut(milliseconds: number, act: () => void): () => void {
  let [last, waits] = [Number.NEGATIVE_INFINITY, false];
  return () => {
    if (waits) return;
    waits = true;
    setTimeout(
      () => {
        waits = false;
        last = performance.now();
        act();
      },
      Math.max(0, last + milliseconds - performance.now()),
    );
  };
}

const sectionsOf = (file: ReproductionFile): string[] =>
  [...reproductionTables(file), ...reproductionFigures(file, figureWidth)].map(({ markup }) =>
    asPart(markup),
  );
