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
    const early = own.filter(({ epochs }) => method.hyper !== undefined && epochs <= warmupEpochs).length;
    const same = own.filter((trial) => predictSame(trial, ofBaseline.get(partOf(trial)))).length;
    const note = (n: number, why: string): Note[] => {
      const which = n === own.length ? `any of the ${n} test parts` : `${n} of ${own.length} test parts`;
      return [
        {
          level: n === own.length ? "warning" : "info",
          about: "unlabeled",
          text: `${label} made nothing of the unlabelled rows on ${which}: ${why}`,
        },
      ];
    };
    if (early > 0)
      return note(
        early,
        `validation chose a model of the first ${warmupEpochs} epochs, which is before they get labels; a larger --patience and --max-epochs, or a smaller network, give it more time`,
      );
    return same > 0 ? note(same, "it predicts each row as the baseline does") : [];
  });
}

function predictSame(a: PredictedTrial, b: PredictedTrial | undefined): boolean {
  if (a.predictions === null || b === undefined || b.predictions === null) return false;
  return (
    a.predictions.rows === b.predictions.rows &&
    a.predictions.logProbabilities === b.predictions.logProbabilities
  );
}
