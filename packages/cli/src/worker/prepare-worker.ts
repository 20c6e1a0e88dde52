/* The thread in which the files of a comparison are read: large ones take their time, and the worker has to say meanwhile that it is there. */

import { type ComparisonRequest, type FileBytes, prepareComparison } from "@minimand/compare";
import { type TrialData, trialData } from "../compare/trial-threads.ts";
import { readInputTable } from "../files/read-input-table.ts";
import { readRegular } from "../files/read-regular.ts";
import { loadOwn } from "../own/own-candidates.ts";
import { type Answer, answer } from "../run/worker.ts";

export interface PrepareJob {
  request: ComparisonRequest;
  /** Where its files lie, by their hashes. */
  paths: Record<string, string>;
  modules: readonly string[];
}

export default async function prepare({ request, paths, modules }: PrepareJob): Promise<Answer<TrialData>> {
  const bytesOf: FileBytes = async (sha256) => Uint8Array.from(await readRegular(paths[sha256]));
  const { prepared } = await prepareComparison(request, bytesOf, await loadOwn(modules), readInputTable);
  return answer(trialData(prepared, request.engine));
}
