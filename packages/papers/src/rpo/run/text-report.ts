import { banded } from "../../kit/series.ts";
import { difference, estimate, mean, round, roundOrNull } from "../../kit/statistics.ts";
import type { Row, Series } from "../../reproduction.ts";
import { type Arm, arms, rpoArm, rpoEtas } from "./arms.ts";
import type { Judged, LexiconName, TextResult } from "./text-trial.ts";
import type { Evidence } from "./verdict.ts";

/** Results of the text by the lexicon of the labels, a seed an entry. */
export type Texts = Record<LexiconName, readonly TextResult[]>;

const lexicons = [
  ["whole", "the whole lexicon"],
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
/** Divergences at which rewards are compared, nats a completion. */
export const matchedAt = [0.5, 1, 2, 4, 8];

const rewardOf = ({ samples }: Judged): number => samples.rewards.whole;
/** Drawn at temperature 1, all have a divergence and a perplexity. */
const klOf = ({ samples }: Judged): number => samples.kl ?? Number.NaN;

export function textRows(texts: Texts): Row[] {
  return lexicons.flatMap(([lexicon, labels]) => {
    const results = texts[lexicon];
    if (results.length === 0) return [];
    const policies = [
      { label: "first model", judged: results.map(({ first }) => first), cooler: null },
      ...armsIn(results).map(({ id, label }) => ({
        label,
        judged: results.map((result) => endOf(result, id)),
        cooler: mean(
          results.flatMap(({ found }) => found.filter(({ arm }) => arm === id).map(({ cooler }) => cooler)),
        ),
      })),
    ];
    const people = estimate(results.map(({ humanReward }) => humanReward));
    return [
      ...policies.map(({ label, judged }) => ratioRow(labels, label, judged)),
      {
        "labels by": labels,
        "words of": "people",
        reward: round(people.mean, 3),
        "standard error": round(people.error, 3),
        "reward at 0.5": null,
        "reward by half": null,
        divergence: null,
        perplexity: null,
        "distinct-2, %": null,
      },
      ...policies.map(({ label, judged, cooler }) => wordsRow(labels, label, judged, cooler)),
      ...armsIn(results).flatMap((arm) => matchedAt.map((kl) => matchedRow(labels, results, arm, kl))),
    ];
  });
}

/** What a policy makes of texts that it didn't draw itself; the first model makes no difference between any. */
function ratioRow(labels: string, policy: string, judged: readonly Judged[]): Row {
  const ratio = estimate(judged.map(({ pairs }) => pairs.chosenLogRatio));
  const isFirst = judged.every(({ step }) => step === 0);
  return {
    "labels by": labels,
    policy,
    "chosen log-ratio": round(ratio.mean, 2),
    "standard error": round(ratio.error, 2),
    margin: round(mean(judged.map(({ pairs }) => pairs.margin)), 2),
    "pairs right, %": isFirst ? null : round(100 * mean(judged.map(({ pairs }) => pairs.accuracy)), 1),
    "human log-ratio": round(mean(judged.map(({ humanLogRatio }) => humanLogRatio)), 2),
  };
}

/** What the texts that it draws are like. */
function wordsRow(labels: string, policy: string, judged: readonly Judged[], cooler: number | null): Row {
  const of = (number: (judged: Judged) => number) => estimate(judged.map(number));
  const reward = of(rewardOf);
  return {
    "labels by": labels,
    "words of": policy,
    reward: round(reward.mean, 3),
    "standard error": round(reward.error, 3),
    "reward at 0.5": roundOrNull(cooler, 3),
    "reward by half": round(of(({ samples }) => samples.rewards.half).mean, 3),
    divergence: round(of(klOf).mean, 2),
    perplexity: round(of(({ samples }) => samples.perplexity ?? Number.NaN).mean, 1),
    "distinct-2, %": round(100 * of(({ samples }) => samples.distinct2).mean, 1),
  };
}

/** The reward on the way, where the policy was so far from the first model; null where it never was in some seed. */
function matchedRow(labels: string, results: readonly TextResult[], { id, label }: Arm, kl: number): Row {
  const found = results.map((result) => rewardAt(pathOf(result, id), kl)).filter((reward) => reward !== null);
  const { mean: reward, error } = estimate(found);
  const all = found.length === results.length;
  return {
    "labels by": labels,
    policy: label,
    "at a divergence of": kl,
    "reward there": all ? round(reward, 3) : null,
    "standard error": all ? round(error, 3) : null,
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
              { name: label, xLabel: "step", yLabel: `${yLabel}, labels by ${labels}` },
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
            name: label,
            xLabel: "divergence, nats a completion",
            yLabel: `true reward, labels by ${labels}, seed ${seed}`,
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
