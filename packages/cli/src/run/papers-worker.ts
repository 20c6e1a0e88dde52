import { loadReproduction } from "@minimand/papers";
import { workerData } from "piscina";
import { startEngine } from "./engine.ts";
import { papersData } from "./papers-data.ts";
import type { PapersWorkerData, TrialOutcome } from "./trial-outcome.ts";

const starting = start(workerData as PapersWorkerData);

async function start({ slug, folders }: PapersWorkerData) {
  await startEngine();
  const { card, trial } = await loadReproduction(slug);
  return { trial, data: papersData(folders, card.data) };
}

export default async function runTrial(spec: unknown): Promise<TrialOutcome> {
  const { trial, data } = await starting;
  const before = performance.now();
  const result = await trial(spec, data);
  return { result, seconds: (performance.now() - before) / 1000 };
}
