import { chosen } from "../kit/choices.ts";
import { collect } from "../kit/collect.ts";
import { round } from "../kit/statistics.ts";
import { candidates, tuneGrid } from "../kit/tune-grid.ts";
import type { Host, Reproduction, Row } from "../reproduction.ts";
import { armOf, shownArms, tunedArms } from "./arms.ts";
import type { LearningResult } from "./learning.ts";
import type { LemmaResult } from "./lemmas.ts";
import { card } from "./paper.ts";
import { type Runs, reportOf } from "./report.ts";
import { type Choice, grids, horizons, type Study, scales, studies, tuningSeeds } from "./settings.ts";
import { describe, type Result, type Spec, trial } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };

/** Runs of one arm and study with one choice, all numbers of episodes and seeds. */
interface Block {
  study: Study;
  arm: string;
  choice: Choice;
  episodes: number[];
  seeds: number;
}

const episodesOf = (study: Study, fraction: number): number[] =>
  horizons[study].map((k) => Math.max(16, Math.round(k * fraction)));

/** What an arm is run with: its own choice, or in the lock the best with and without a bonus. */
function choicesOf(study: Study, arm: string): Choice[] {
  const { algorithm, as = arm } = armOf(arm);
  if (algorithm === "uniform" || study === "trap") return [{ etaScale: 1, bonusScale: 0 }];
  const names =
    study === "lock" ? [`${study} ${as} with bonus`, `${study} ${as} without bonus`] : [`${study} ${as}`];
  return names.map((name) => chosen(tuned.choices, name, ["etaScale", "bonusScale"]));
}

const endRegret = (result: Result): number =>
  "points" in result ? result.points[result.points.length - 1].regret : Number.NaN;

/** Lemmas by numbers, and learning in five environments. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  trial,

  async *run(host) {
    const { seeds, fraction, sequences } = scales[host.scale];
    const blocks = studies.flatMap((study) =>
      shownArms(study).flatMap((arm) =>
        choicesOf(study, arm).map((choice): Block => {
          const count = Math.max(2, host.seeds ?? seeds[study]);
          return { study, arm, choice, episodes: episodesOf(study, fraction), seeds: count };
        }),
      ),
    );
    const specs: Spec[] = [{ kind: "lemmas", sequences, seed: 0 }];
    const starts = blocks.map(({ study, arm, choice, episodes, seeds }) => {
      const start = specs.length;
      for (const k of episodes)
        for (let seed = 0; seed < seeds; seed++)
          specs.push({ kind: "learning", study, arm, ...choice, episodes: k, seed });
      return start;
    });
    const results = yield* collect(host, specs, describe);
    const runs: Record<Study, Runs[]> = { bandit: [], phases: [], mdp: [], lock: [], trap: [] };
    for (const [b, { study, arm, choice, episodes, seeds }] of blocks.entries())
      runs[study].push({
        arm,
        choice,
        episodes,
        results: episodes.map(
          (_, i) => results.slice(starts[b] + i * seeds, starts[b] + (i + 1) * seeds) as LearningResult[],
        ),
      });
    return reportOf({ lemmas: results[0] as LemmaResult, runs });
  },

  /** The same grid for every arm, judged by the mean regret at the end of the longest runs. */
  tune(host: Host<Spec, Result>) {
    const fraction = Math.min(1, scales[host.scale].fraction);
    const seeds = host.scale === "quick" ? tuningSeeds.slice(0, 1) : tuningSeeds;
    const tried = studies.flatMap((study) =>
      tunedArms(study).flatMap((arm) => {
        const episodes = episodesOf(study, fraction).at(-1)!;
        const specsOf = (choice: Choice) =>
          seeds.map((seed): Spec => ({ kind: "learning", study, arm, ...choice, episodes, seed }));
        const points = grids[study].bonusScale.flatMap((bonusScale) =>
          grids[study].etaScale.map((etaScale) => ({ etaScale, bonusScale })),
        );
        const own = candidates(`${study} ${arm}`, { study, arm }, points, specsOf);
        // The lock is about bonuses: the best with one stands beside the best without.
        const side = ({ bonusScale }: Row) => (Number(bonusScale) > 0 ? "with bonus" : "without bonus");
        return study === "lock" ? own.map((one) => ({ ...one, also: `lock ${arm} ${side(one.row)}` })) : own;
      }),
    );
    return tuneGrid(host, tried, {
      describe,
      score: "regret",
      scoreOf: endRegret,
      best: "least",
      round: (regret) => round(regret, 1),
    });
  },
};
