import { loadReproduction } from "@minimand/papers";
import { type Answer, answer, dataOf, startWorker, throwIfEnding } from "../run/worker.ts";
import { paperAssets } from "./paper-assets.ts";
import { papersData } from "./papers-data.ts";
import type { PapersWorkerData, TrialOutcome } from "./trial-outcome.ts";

const starting = start(dataOf<PapersWorkerData>());

async function start({ slug, folders, engine }: PapersWorkerData) {
  const compile = await startWorker(engine);
  const { card, trial } = await loadReproduction(slug);
  return { trial, host: { ...papersData(folders, card.data), asset: paperAssets(slug), compile } };
}

export default async function runTrial(spec: unknown): Promise<Answer<TrialOutcome>> {
  const { trial, host } = await starting;
  throwIfEnding();
  const before = performance.now();
  const result = await trial(spec, host);
  return answer({ result, seconds: (performance.now() - before) / 1000 });
}
