import { banded } from "../../kit/series.ts";
import { difference, estimate, mean, rounded } from "../../kit/statistics.ts";
import type { Row, Series } from "../../reproduction.ts";
import { type Arm, arms } from "./arms.ts";
import { judgedAt } from "./settings.ts";
import { endsOf, equalTo, reaches, runsOf } from "./text-runs.ts";
import type { Checkpoint, TextResult } from "./text-trial.ts";

/** Tables of the text part: the losses, and what reward models choose. */
export function textRows(texts: readonly TextResult[]): Row[] {
  return [
    startRow(texts),
    ...trained(texts).map(({ arm, epsilon }) => armRow(texts, arm, epsilon)),
    ...bestRows(texts),
  ];
}

/** Losses and shares of swapped labels that were run. */
function trained(texts: readonly TextResult[]): { arm: Arm; epsilon: number }[] {
  const epsilons = new Set(texts.flatMap(({ runs }) => runs.map(({ epsilon }) => epsilon)));
  return [...epsilons].flatMap((epsilon) =>
    arms.filter(({ id }) => runsOf(texts, id, epsilon).length > 0).map((arm) => ({ arm, epsilon })),
  );
}

function startRow(texts: readonly TextResult[]): Row {
  const { mean: reward, error } = estimate(texts.map(({ start }) => start.reward));
  return {
    "language model": "before preferences",
    "nats a word": rounded(mean(texts.map(({ start }) => start.loss))),
    reward: rounded(reward),
    "s.e.": rounded(error),
    "reward at T 0.5": rounded(mean(texts.map(({ start }) => start.cold))),
    "distinct-2": rounded(mean(texts.map(({ start }) => start.distinct2))),
  };
}

function armRow(texts: readonly TextResult[], arm: Arm, epsilon: number): Row {
  const runs = runsOf(texts, arm.id, epsilon);
  const ends = endsOf(texts, arm.id, epsilon);
  const dpo = endsOf(texts, "dpo", epsilon);
  const of = (name: keyof Checkpoint): number => rounded(mean(ends.map((end) => end[name])));
  const rewards = ends.map(({ reward }) => reward);
  const { mean: reward, error } = estimate(rewards);
  const lead = difference(
    rewards,
    dpo.map(({ reward }) => reward),
  );
  const divergences = dpo.map(({ kl }) => kl);
  const there = difference(
    equalTo(texts, arm.id, epsilon, divergences),
    equalTo(texts, "dpo", epsilon, divergences),
  );
  const isThere = reaches(runs, divergences);
  return {
    loss: arm.label,
    epsilon,
    reward: rounded(reward),
    "s.e.": rounded(error),
    "minus DPO": rounded(lead.mean),
    "s.e. of that": rounded(lead.error),
    "reward at T 0.5": rounded(mean(runs.map(({ cold }) => cold))),
    KL: of("kl"),
    "minus DPO at its KL": isThere ? rounded(there.mean) : null,
    "s.e. of it": isThere ? rounded(there.error) : null,
    "clean pairs right": of("accuracy"),
    "chosen log-ratio": of("chosenLogRatio"),
    "distinct-2": of("distinct2"),
    seeds: runs.length,
  };
}

const models = { plain: "reward model", robust: "robust reward model" } as const;

function bestRows(texts: readonly TextResult[]): Row[] {
  const row = (by: string, epsilon: number | null, rewards: readonly number[]): Row => {
    const { mean: reward, error } = estimate(rewards);
    return { "best by": by, epsilon, reward: rounded(reward), "s.e.": rounded(error) };
  };
  const epsilons = texts[0].best.map(({ epsilon }) => epsilon);
  return [
    ...epsilons.flatMap((epsilon, i) =>
      (["plain", "robust"] as const).map((name) =>
        row(
          models[name],
          epsilon,
          texts.map(({ best }) => best[i][name]),
        ),
      ),
    ),
    row(
      "the reward itself",
      null,
      texts.map(({ bestOfAll }) => bestOfAll),
    ),
  ];
}

/** Reward against divergence from the start, at the rule's share of swapped labels: the means of all seeds, and each of them. */
export function textSeries(texts: readonly TextResult[]): Series[] {
  const shown = trained(texts).filter(({ epsilon }) => epsilon === judgedAt);
  const pathsOf = (arm: string): Pick<Checkpoint, "kl" | "reward">[][] =>
    runsOf(texts, arm, judgedAt).map(({ checkpoints }, i) => [texts[i].start, ...checkpoints]);
  const means = shown.map(({ arm: { id, label } }) => {
    const paths = pathsOf(id);
    const points = paths[0].map((_, k) => paths.map((path) => path[k]));
    return banded(
      {
        name: label,
        xLabel: "divergence from the start, nats",
        yLabel: `reward, epsilon ${judgedAt}, mean of seeds`,
      },
      points.map((own) => rounded(mean(own.map(({ kl }) => kl)))),
      points.map((own) => own.map(({ reward }) => reward)),
      rounded,
    );
  });
  const each = texts.flatMap((_, seed) =>
    shown.map(({ arm: { id, label } }) => {
      const path = pathsOf(id)[seed];
      return {
        name: label,
        xLabel: "divergence from the start, nats",
        yLabel: `reward, epsilon ${judgedAt}, seed ${seed}`,
        x: path.map(({ kl }) => rounded(kl)),
        y: path.map(({ reward }) => rounded(reward)),
      };
    }),
  );
  return [...means, ...each];
}
