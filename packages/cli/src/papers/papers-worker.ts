import type { EngineUsed } from "@minimand/compare";
import { loadReproduction, type TrialOutcome, timedTrial } from "@minimand/papers";
import { type Answer, answer, dataOf, startWorker, throwIfEnding } from "../run/worker.ts";
import { type DataPlace, dataInPlaces } from "./data-in-places.ts";
import { paperAssets } from "./paper-assets.ts";

/** What a worker is given when it starts. */
export interface PapersWorkerData {
  slug: string;
  /** Where data are looked for. */
  places: DataPlace[];
  engine: EngineUsed;
}

const starting = start(dataOf<PapersWorkerData>());

async function start({ slug, places, engine }: PapersWorkerData) {
  const compile = await startWorker(engine);
  const reproduction = await loadReproduction(slug);
  const data = dataInPlaces(places, reproduction.card.data);
  return { reproduction, host: { ...data, asset: paperAssets(slug), compile } };
}

export default async function runTrial(spec: unknown): Promise<Answer<TrialOutcome>> {
  const { reproduction, host } = await starting;
  throwIfEnding();
  return answer(await timedTrial(reproduction, spec, host));
}
