import { compareAcross } from "../judge/ranking/across.ts";
import { chooseReferences } from "../plan/trained-references.ts";
import type { Note, PredictedTrial, Results } from "../results.ts";
import { withShortNames } from "../short-names.ts";
import { reportDataset, usedTrials } from "./assemble.ts";
import type { Look, Seen } from "./looks.ts";
import type { RunOptions } from "./run-options.ts";

/** Says of how many rows were drawn. */
export function sampled({ settings, subjects }: RunOptions): string[] {
  return settings.sample === null
    ? []
    : [
        `at most ${settings.sample} rows were drawn from ${subjects.length === 1 ? "the data" : "each data set"}`,
      ];
}

/** Returns what a look at a run sees. */
export function seenOf(
  { subjects, settings, summaries }: RunOptions,
  records: readonly PredictedTrial[][],
  missing: readonly string[],
): Seen {
  const trials = subjects.map(({ dataset, testTable }, i) => {
    const { first, final } = usedTrials(dataset, testTable, settings, summaries, records[i]);
    return first.trials.length + final.trials.length;
  });
  return { trials: trials.reduce((a, b) => a + b), sample: settings.sample, cut: missing.length > 0 };
}

/** Returns what `results.json` holds of a run. */
export function resultsOf(
  { subjects, settings, engine, versions, summaries, model, keep }: RunOptions,
  records: PredictedTrial[][],
  missing: string[],
  { alpha, left, trials }: Look & Seen,
): Results {
  const cut = missing.map(
    (what): Note => ({
      level: "warning",
      text: `the budget has cut the plan: ${what}${alpha < settings.alpha ? `. Differences are tested at alpha ${alpha}; the rest of alpha is reserved for the test after the run is continued` : ""}`,
    }),
  );
  const datasets = subjects.map(({ name, source, sha256, dataset, testTable }, i) =>
    reportDataset(dataset, { name, source, sha256, testTable }, settings, summaries, records[i], {
      alpha,
      keep,
      notes: [...cut, ...chooseReferences(settings).notes],
    }),
  );
  return withShortNames({
    schema: "minimand.compare/2",
    created: new Date().toISOString(),
    versions,
    engine,
    settings,
    ...(model && { ownModel: { id: model.id, origin: model.origin } }),
    candidates: [...summaries],
    datasets,
    across: datasets.length > 1 ? compareAcross(datasets, settings.alpha) : null,
    ...(missing.length > 0 && { cut: { missing, trials, alphaLeft: left } }),
  });
}
