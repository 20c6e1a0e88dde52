/* The module of the worker that conducts a run: it asks other workers for trials, and makes the report, so that its page only shows. */
import { reproductionFigures, reproductionTables } from "@minimand/cli/reproduction-parts";
import { Interrupted } from "@minimand/compare";
import type { ReproductionFile } from "@minimand/papers";
import { reproduceServed } from "@minimand/papers/web";
import { asPart, figureWidth } from "../figures/as-part.ts";
import { liveFigure } from "./live-figure.ts";
import type { AskedRun, FromConductor, ToConductor } from "./messages.ts";
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
  const show = showing(live);
  let latest: unknown;
  const file = await reproduceServed({
    request: { slug, scale, seeds, engine, code, versions: { ...facts.versions, node: navigator.userAgent } },
    ...{ paper, workers, database: trialsOf(slug), signal: stopped.signal },
    startWorker: () => new Worker(new URL("./trial-worker.ts", import.meta.url), { type: "module" }),
    result: (result) => {
      latest = result;
    },
    show(progress) {
      if (progress.total === 0) return say({ kind: "said", text: progress.message });
      live.add(progress.message, latest);
      Object.assign(record, { done: progress.done, total: progress.total });
      show(progress, () => void writeRun({ ...record }));
    },
  });
  const finished = { file, sections: sectionsOf(file) };
  await writeRun({ ...record, finished });
  say({ kind: "finished", finished });
}

/** Milliseconds between two looks at a run, and between two figures. */
const interval = { progress: 200, figure: 1000 };

/** Says how far a run is, now and then, and at its end. */
function showing(live: ReturnType<typeof liveFigure>) {
  let [started, from, shown, drawn] = [performance.now(), 0, 0, 0];
  return (
    { done, total, kept, message }: Parameters<Parameters<typeof reproduceServed>[0]["show"]>[0],
    keep: () => void,
  ) => {
    const now = performance.now();
    // The estimate starts anew after trials that took no time.
    if (kept >= done) [started, from] = [now, done];
    if (now - shown < interval.progress && done < total) return;
    shown = now;
    const left = done === from ? null : ((now - started) / 1000 / (done - from)) * (total - done);
    say({ kind: "progress", progress: { done, total, kept, left, message } });
    if (now - drawn < interval.figure && done < total) return;
    drawn = now;
    keep();
    const markup = live.draw(figureWidth);
    if (markup !== null) say({ kind: "live", markup });
  };
}

const sectionsOf = (file: ReproductionFile): string[] =>
  [...reproductionTables(file), ...reproductionFigures(file, figureWidth)].map(({ markup }) =>
    asPart(markup),
  );
