import { checkLogTarget } from "../../data/target-scale.ts";
import type { Candidate } from "../../plan/candidate.ts";
import { baselineIdOf } from "../../plan/candidates.ts";
import { chooseCandidates } from "../../plan/choose.ts";
import type { OwnModel } from "../../plan/own-parts.ts";
import type { Prepared } from "../../plan/prepared.ts";
import { checkSettings, metricFor } from "../../plan/settings.ts";
import { summarise } from "../../plan/summarise.ts";
import { refusal } from "../../usage-error.ts";
import { checkKeep } from "./check-keep.ts";
import { checkQuantize } from "./check-quantize.ts";
import { asOptions } from "./option-of.ts";
import { modelNamed, type Own, originsOf, tryModel } from "./own.ts";
import { readSubjects } from "./read-subjects.ts";
import { readTableOf, type TableOf } from "./read-table-of.ts";
import type { Comparison, FileBytes } from "./request.ts";

/**
 * Reads a comparison's files and chooses its candidates: the same request and the same bytes give the same plan in any process.
 *
 * @param own what the user's modules bring here; those that the comparison doesn't have are ignored. Candidates are said to come from the
 *   files that the comparison names, wherever the same code is here
 * @param tableOf reads the files: where progress is shown, or the number of bytes is limited
 * @returns `said`: messages to the user about the kept model
 * @throws DataError, UsageError, RangeError in one line for all that a trial could refuse
 */
export async function prepareComparison(
  comparison: Comparison,
  bytesOf: FileBytes,
  own: Own,
  tableOf: TableOf = readTableOf,
): Promise<{ prepared: Prepared; said: string[] }> {
  const { settings, keep, quantize } = comparison;
  // Again where the request comes from a store, which others can write to.
  asOptions(() => checkSettings(settings));
  const { candidates: ownCandidates, model, modules } = ownPartsOf(comparison, own);
  const subjects = await readSubjects(comparison, bytesOf, tableOf);
  if (settings.targetScale === "log") for (const { dataset } of subjects) checkLogTarget(dataset);
  const { task } = subjects[0].dataset;
  const candidates = asOptions(() => {
    metricFor(settings.metric, task);
    return chooseCandidates(settings, task, { candidates: ownCandidates, ...(model && { model }) });
  });
  const summaries = summarise(candidates, task, settings);
  const said = [
    ...checkKeep(keep, settings, { candidates, summaries }, subjects),
    ...checkQuantize(quantize, { keep, task, model, subjects, settings }),
  ];
  if (model !== undefined) for (const { dataset } of subjects) tryModel(model, dataset, settings.bins);
  const prepared: Prepared = {
    settings,
    subjects,
    candidates,
    ownCandidates,
    modules,
    ...(model && { model }),
    summaries,
    baseline: baselineIdOf(settings, task),
  };
  return { prepared, said };
}

/** What a comparison has of the user's modules, by the names that it knows their files by, and the files here. */
function ownPartsOf({ own: { origins, model: name } }: Comparison, own: Own) {
  const there = new Set(originsOf(own).map(({ sha256 }) => sha256));
  const absent = origins.find(({ sha256 }) => !there.has(sha256));
  if (absent !== undefined)
    throw refusal(absent.file, `expected a module with the SHA-256 ${absent.sha256}, got none with it`);
  const known = new Map(origins.map((origin) => [origin.sha256, origin]));
  const isKnown = ({ origin }: Candidate | OwnModel): boolean =>
    origin !== undefined && known.has(origin.sha256);
  const named = <Part extends Candidate | OwnModel>(part: Part): Part => {
    return { ...part, origin: known.get(part.origin!.sha256) };
  };
  const candidates = own.candidates.filter(isKnown);
  const model = name === undefined ? undefined : modelNamed(name, { models: own.models.filter(isKnown) });
  return {
    candidates: candidates.map(named),
    model: model && named(model),
    modules: originsOf({ candidates, models: model === undefined ? [] : [model] }),
  };
}
