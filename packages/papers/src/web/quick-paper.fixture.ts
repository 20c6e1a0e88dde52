/* A quick reproduction, carried out wherever it is asked for: in Node and in a page. */
import type { Pool, TrialStore } from "@minimand/compare";
import {
  finishReproduction,
  loadReproduction,
  localTrials,
  type PapersData,
  papersHost,
  type ReproductionFile,
  type ReproductionRequest,
  type TrialHost,
  type TrialOutcome,
  trialContext,
} from "../index.ts";

export const slug = "anyloss";

/** Where trials read, run and stay. */
export interface Place {
  data: PapersData;
  asset: NonNullable<TrialHost["asset"]>;
  store: TrialStore<TrialOutcome>;
  pool: () => Pool<unknown, TrialOutcome>;
}

/** The report of the quick run. */
export async function reproduceQuick({ data, asset, store, pool }: Place): Promise<ReproductionFile> {
  const request: ReproductionRequest = {
    ...{ slug, scale: "quick", seeds: null, firstSeed: null, tune: false, code: "" },
    engine: { name: "wasm", version: "", threads: 1 },
    versions: { minimand: "", engine: "", node: "" },
    data: await data.sources(),
  };
  const { signal } = new AbortController();
  const context = trialContext(request);
  const source = localTrials({ store, startPool: pool, inFlight: 2, context, signal });
  const host = papersHost({ ...request, data, asset, source, signal });
  const reproduction = await loadReproduction(slug);
  const sink = { show: () => {}, clear: () => {} };
  const finished = await finishReproduction({ request, reproduction }, host, sink);
  if (finished.kind !== "measured") throw new Error(finished.kind);
  return finished.file;
}
