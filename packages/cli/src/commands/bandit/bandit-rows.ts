import { plural, studentQuantile } from "@minimand/compare";
import type { Row } from "@minimand/papers";
import { mean } from "../../mean.ts";
import type { EvaluationFile, PlayedBandit, SimulationFile } from "./bandit-files.ts";

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** Standard error of the mean; null for a single value. */
export function standardError(values: readonly number[]): number | null {
  const m = mean(values);
  const n = values.length;
  return n < 2 ? null : Math.sqrt(values.reduce((s, v) => s + (v - m) ** 2, 0) / (n - 1) / n);
}

/** From the least mean regret on. */
function byRegret(bandits: readonly PlayedBandit[]): PlayedBandit[] {
  const regretOf = ({ plays }: PlayedBandit): number => mean(plays.map(({ regret }) => regret));
  return bandits.toSorted((a, b) => regretOf(a) - regretOf(b));
}

/**
 * The bandits whose regret does not differ significantly from the least: the 95 % interval of the mean difference, repeat by repeat
 * (both played the same rows), contains 0. With one repeat these are all others.
 */
export function withinNoise({ bandits }: Pick<SimulationFile, "bandits">): string[] {
  const [best, ...others] = byRegret(bandits);
  const width = studentQuantile(0.975, best.plays.length - 1);
  return others
    .filter(({ plays }) => {
      const differences = plays.map(({ regret }, seed) => regret - best.plays[seed].regret);
      const error = standardError(differences);
      return error === null || mean(differences) <= width * error;
    })
    .map(({ name }) => name);
}

/** A sentence that names the bandits within the noise of the one of the least regret; null if there are none. */
export function noiseText({ bandits, seeds }: Pick<SimulationFile, "bandits" | "seeds">): string | null {
  const near = withinNoise({ bandits });
  if (near.length === 0) return null;
  if (seeds === 1)
    return "One repeat can't separate the bandits: the order of the rows decides, too. --seeds 5 plays more.";
  const [best] = byRegret(bandits);
  const others = near.length === bandits.length - 1 ? "any of the others" : near.join(", ");
  return `${best.name} has the least regret, but does not differ significantly from ${others} in ${seeds} repeats: the 95 % interval of the difference, repeat by repeat, holds 0.`;
}

/** A row a bandit, from the least regret on, and what no learning gets. */
export function simulationRows({ bandits, rounds, arms, mostFrequent }: SimulationFile): Row[] {
  const rows = bandits.map(({ name, plays }): Row => {
    const regrets = plays.map(({ regret }) => regret);
    const error = standardError(regrets);
    return {
      bandit: name,
      regret: round(mean(regrets), 1),
      "s.e.": error === null ? null : round(error, 1),
      "right arms": round(mean(plays.map(({ right }) => right)), 3),
      "in the second half": round(mean(plays.map(({ rightLater }) => rightLater)), 3),
      "ms a round": round((1000 * mean(plays.map(({ seconds }) => seconds))) / rounds, 3),
    };
  });
  const fixed = (bandit: string, right: number): Row => ({
    bandit,
    regret: round(rounds * (1 - right), 1),
    "s.e.": null,
    "right arms": round(right, 3),
    "in the second half": round(right, 3),
    "ms a round": null,
  });
  return [
    ...rows.toSorted((a, b) => Number(a.regret) - Number(b.regret)),
    fixed("the most frequent class, always", mostFrequent),
    fixed("any arm, at random", 1 / arms),
  ];
}

/** Names of the estimates, in the order in which they are shown. */
export const estimators = [
  ["doublyRobust", "doubly robust"],
  ["snips", "self-normalised"],
  ["clipped", "clipped"],
  ["ips", "inverse propensities"],
] as const;

/** A row a policy and estimate. */
export function evaluationRows({ logged, evaluations, rewarded }: EvaluationFile): Row[] {
  const row = (policy: string, estimate: string, found: EvaluationFile["logged"], more: Row): Row => ({
    policy,
    estimate,
    reward: round(found.value, 4),
    "s.e.": round(found.se, 4),
    "95 % from": round(found.ci95[0], 4),
    "95 % to": round(found.ci95[1], 4),
    ...more,
  });
  const rows = [row("as logged", "mean", logged, { "effective decisions": rewarded, "largest weight": 1 })];
  for (const evaluation of evaluations) {
    if (evaluation.kind === "replay") {
      const { replay } = evaluation;
      rows.push(
        row(evaluation.policy, "replay", replay, {
          "effective decisions": replay.accepted,
          "largest weight": null,
        }),
      );
      continue;
    }
    const { estimates } = evaluation;
    for (const [key, name] of estimators) {
      const found = estimates[key];
      if (found === null) continue;
      rows.push(
        row(evaluation.policy, name, found, {
          "effective decisions": round(estimates.effectiveSampleSize, 1),
          "largest weight": round(estimates.maxWeight, 2),
        }),
      );
    }
  }
  return rows;
}

/** What makes an evaluation doubtful, in sentences. */
export function doubts(file: EvaluationFile): string[] {
  const { evaluations, rewarded, certain } = file;
  const found: string[] = [];
  if (certain > 0)
    found.push(
      `${certain} of ${rewarded} decisions were logged with propensity 1: they say nothing about other arms, and estimates of other policies are biased.`,
    );
  for (const evaluation of evaluations) {
    if (evaluation.kind === "replay") continue;
    const { effectiveSampleSize: size, meanWeight } = evaluation.estimates;
    if (size < 100)
      found.push(
        `${evaluation.policy}: the log weighs as much as ${size.toFixed(0)} decisions of this policy; its intervals are too narrow.`,
      );
    if (Math.abs(meanWeight - 1) > 0.2)
      found.push(
        `${evaluation.policy}: the mean weight is ${meanWeight.toFixed(2)} where 1 is expected: arms that it wants were never logged, or the propensities are wrong.`,
      );
  }
  const beyond = file.binary ? allEstimates(file).filter(({ ci95: [low, high] }) => low < 0 || high > 1) : [];
  if (beyond.length > 0)
    found.push(
      `Rewards are 0 or 1, and ${plural(beyond.length, "interval reaches", "intervals reach")} beyond: they are of the normal approximation, 1.96 standard errors to each side, and not cut, as weighted estimates can leave 0 to 1, too; what the policy would have earned can't.`,
    );
  return found;
}

/** All estimates that are shown. */
function allEstimates({ logged, evaluations }: EvaluationFile): EvaluationFile["logged"][] {
  const ofPolicies = evaluations.flatMap((evaluation) =>
    evaluation.kind === "replay" ? [evaluation.replay] : estimators.map(([key]) => evaluation.estimates[key]),
  );
  return [logged, ...ofPolicies.filter((one) => one !== null)];
}
