import { unlabeledCandidates, warmupEpochs } from "../plan/unlabeled.ts";
import type { CandidateSummary, Note, PredictedTrial } from "../results.ts";

/**
 * Methods that are given unlabelled rows and made nothing of them: on each test part the very predictions of the baseline, or a model
 * of before the first unlabelled row has a label.
 *
 * @param trials of the first seed at least, of all candidates
 */
export function unusedUnlabeled(
  candidates: readonly CandidateSummary[],
  trials: readonly PredictedTrial[],
  baseline: string,
): Note[] {
  const partOf = ({ seed, fold }: PredictedTrial): string => `${seed} ${fold}`;
  const ofBaseline = new Map(
    trials.filter(({ candidate }) => candidate === baseline).map((trial) => [partOf(trial), trial]),
  );
  return candidates.flatMap(({ id, label }): Note[] => {
    const method = unlabeledCandidates.find((one) => one.id === id);
    const own = trials.filter(({ candidate, status }) => candidate === id && status === "ok");
    if (method === undefined || own.length === 0) return [];
    const early = own.filter(({ epochs }) => method.hyper !== undefined && epochs <= warmupEpochs);
    if (early.length > 0) return [noteOf(label, early.length, own.length, whyEarly(early))];
    const same = own.filter((trial) => predictSame(trial, ofBaseline.get(partOf(trial)))).length;
    return same > 0 ? [noteOf(label, same, own.length, "it predicts each row as the baseline does")] : [];
  });
}

function noteOf(label: string, n: number, all: number, why: string): Note {
  const which = n === all ? `any of the ${n} test parts` : `${n} of ${all} test parts`;
  const text = `the unlabelled rows had no effect on ${label} on ${which}: ${why}`;
  return { level: n === all ? "warning" : "info", about: "unlabeled", text };
}

/** Labels come after the first epochs: whether training ended before, or went on with them and validation was no better for it. */
function whyEarly(trials: readonly PredictedTrial[]): string {
  const ended = trials.filter(({ curve }) => curve.length <= warmupEpochs).length;
  const before = `training ended within the first ${warmupEpochs} epochs, before they get labels; a larger --max-epochs and --patience give it more time`;
  const worse = `validation chose a model of the first ${warmupEpochs} epochs, before they get labels: it was no better with them`;
  if (ended === trials.length) return before;
  return ended === 0 ? worse : `on ${trials.length - ended} of these ${worse}; on the others ${before}`;
}

function predictSame(a: PredictedTrial, b: PredictedTrial | undefined): boolean {
  if (a.predictions === null || b === undefined || b.predictions === null) return false;
  return (
    a.predictions.rows === b.predictions.rows &&
    a.predictions.logProbabilities === b.predictions.logProbabilities
  );
}
