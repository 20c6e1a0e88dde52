import { banded } from "../kit/series.ts";
import { difference, estimate, mean, round, roundOrNull } from "../kit/statistics.ts";
import type { Row, Series } from "../reproduction.ts";
import { type Arm, arms, rpoArm, rpoEtas } from "./arms.ts";
import type { Judged, LexiconName, TextResult } from "./text-trial.ts";
import type { Evidence } from "./verdict.ts";

/** Results of the text by the lexicon of the labels, a seed an entry. */
export type Texts = Record<LexiconName, readonly TextResult[]>;

const lexicons = [
  ["whole", "whole lexicon"],
  ["half", "half of the lexicon"],
] as const;

/** The policy of an arm on its way, from the first model on. */
const pathOf = ({ first, found }: TextResult, arm: string): Judged[] => [
  first,
  ...(found.find((one) => one.arm === arm)?.judged ?? []),
];
/** The losses that were tried. */
const armsIn = (results: readonly TextResult[]): readonly Arm[] =>
  arms.filter(({ id }) => results.some(({ found }) => found.some(({ arm }) => arm === id)));
const endOf = (result: TextResult, arm: string): Judged => pathOf(result, arm).at(-1) ?? result.first;
const rewardOf = ({ samples }: Judged): number => samples.rewards.whole;
/** Drawn at temperature 1, all have a divergence and a perplexity. */
const klOf = ({ samples }: Judged): number => samples.kl ?? Number.NaN;

export function textRows(texts: Texts): Row[] {
  return lexicons.flatMap(([lexicon, labels]) => {
    const results = texts[lexicon];
    if (results.length === 0) return [];
    return [
      humanRow(labels, results),
      policyRow(labels, "first model", results, ({ first }) => first),
      ...armsIn(results).map(({ id, label }) => {
        const cooler = mean(
          results.flatMap(({ found }) => found.filter(({ arm }) => arm === id)).map((one) => one.cooler),
        );
        return policyRow(labels, label, results, (result) => endOf(result, id), cooler);
      }),
      ...rpoEtas.map((eta) => matchedRow(labels, results, eta)),
    ];
  });
}

function policyRow(
  labels: string,
  policy: string,
  results: readonly TextResult[],
  at: (result: TextResult) => Judged,
  cooler: number | null = null,
): Row {
  const judged = results.map(at);
  const of = (number: (judged: Judged) => number) => estimate(judged.map(number));
  const [ratio, reward, kl] = [of(({ pairs }) => pairs.chosenLogRatio), of(rewardOf), of(klOf)];
  return {
    ...{ "labels by": labels, policy },
    "chosen log-ratio": round(ratio.mean, 2),
    "its standard error": round(ratio.error, 2),
    "pairs right, %": round(100 * of(({ pairs }) => pairs.accuracy).mean, 1),
    "human log-ratio": round(of(({ humanLogRatio }) => humanLogRatio).mean, 2),
    reward: round(reward.mean, 3),
    "standard error": round(reward.error, 3),
    "reward at 0.5": roundOrNull(cooler, 3),
    "reward by half": round(of(({ samples }) => samples.rewards.half).mean, 3),
    divergence: round(kl.mean, 2),
    perplexity: round(of(({ samples }) => samples.perplexity ?? Number.NaN).mean, 1),
    "distinct-2, %": round(100 * of(({ samples }) => samples.distinct2).mean, 1),
  };
}

/** What people wrote; the log-ratio of the first model to itself is 0. */
function humanRow(labels: string, results: readonly TextResult[]): Row {
  const { mean: reward, error } = estimate(results.map(({ humanReward }) => humanReward));
  const none = Object.keys(policyRow(labels, "", results, ({ first }) => first)).map((column) => [
    column,
    null,
  ]);
  const known = {
    "labels by": labels,
    policy: "people",
    reward: round(reward, 3),
    "standard error": round(error, 3),
  };
  return { ...Object.fromEntries(none), ...known };
}

/** The reward in the end beside that of DPO on its way, where it was as far from the first model. */
function matchedRow(labels: string, results: readonly TextResult[], eta: number): Row {
  const pairs = results.map((result) => {
    const end = endOf(result, rpoArm(eta));
    return { kl: klOf(end), ours: rewardOf(end), theirs: rewardAt(pathOf(result, "dpo"), klOf(end)) };
  });
  const theirs = pairs.flatMap((pair) => pair.theirs ?? []);
  const isWhole = theirs.length === pairs.length;
  const gain = difference(
    pairs.map(({ ours }) => ours),
    theirs,
  );
  return {
    ...{ "labels by": labels, "as far as": `RPO, eta ${eta}` },
    divergence: round(mean(pairs.map(({ kl }) => kl)), 2),
    reward: round(mean(pairs.map(({ ours }) => ours)), 3),
    "DPO's reward": isWhole ? round(mean(theirs), 3) : null,
    "less DPO's": isWhole ? round(gain.mean, 3) : null,
    "standard error": isWhole ? round(gain.error, 3) : null,
  };
}

/** The reward at a divergence, on straight lines between the judged steps; null beyond the last. */
function rewardAt(path: readonly Judged[], kl: number): number | null {
  const after = path.findIndex((judged) => klOf(judged) >= kl);
  if (after < 0) return null;
  if (after === 0) return rewardOf(path[0]);
  const [a, b] = [path[after - 1], path[after]];
  const share = (kl - klOf(a)) / (klOf(b) - klOf(a));
  return rewardOf(a) + share * (rewardOf(b) - rewardOf(a));
}

/** Log-ratios and perplexities by step, means over seeds; rewards by divergence, each seed for itself. */
export function textCurves(texts: Texts): Series[] {
  return lexicons.flatMap(([lexicon, labels]) => {
    const results = texts[lexicon];
    const byStep = (yLabel: string, of: (judged: Judged) => number): Series[] =>
      results.length === 0
        ? []
        : armsIn(results).map(({ id, label }) => {
            const paths = results.map((result) => pathOf(result, id));
            const steps = paths[0].map(({ step }) => step);
            return banded(
              { name: label, xLabel: "step", yLabel: `${yLabel}, labels by the ${labels}` },
              steps,
              steps.map((_, i) => paths.map((path) => of(path[i]))),
            );
          });
    return [
      ...byStep("held-out chosen log-ratio", ({ pairs }) => pairs.chosenLogRatio),
      ...byStep("log-ratio of human words", ({ humanLogRatio }) => humanLogRatio),
      ...results.flatMap((result, seed) =>
        armsIn(results).map(({ id, label }): Series => {
          const path = pathOf(result, id);
          return {
            ...{ name: label, xLabel: "divergence from the first model, nats a completion" },
            yLabel: `true reward, labels by the ${labels}, seed ${seed}`,
            x: path.map((judged) => round(klOf(judged), 3)),
            y: path.map((judged) => round(rewardOf(judged), 4)),
          };
        }),
      ),
    ];
  });
}

export function textEvidence({ whole, half }: Texts): Pick<Evidence, "ratios" | "gains"> {
  const ratiosOf = (arm: string): number[] => whole.map((result) => endOf(result, arm).pairs.chosenLogRatio);
  const rewardsOf = (arm: string): number[] => half.map((result) => rewardOf(endOf(result, arm)));
  return {
    ratios: { dpo: ratiosOf("dpo"), rpo: rpoEtas.map((eta) => ratiosOf(rpoArm(eta))) },
    gains: rpoEtas.map((eta) => ({ eta, gain: difference(rewardsOf(rpoArm(eta)), rewardsOf("dpo")) })),
  };
}
