import { chosen } from "../../kit/choices.ts";
import { collectTrials, seedsOf } from "../../kit/collect.ts";
import { resultsWhere } from "../../kit/evidence.ts";
import { round } from "../../kit/statistics.ts";
import { candidates, tuneGrid } from "../../kit/tune-grid.ts";
import type { Host, Reproduction, Row } from "../../reproduction.ts";
import { card } from "../card.ts";
import tuned from "../tuned.json" with { type: "json" };
import { armOf, shownArms, tunedArms } from "./arms.ts";
import { type Runs, reportOf } from "./report.ts";
import {
  type Choice,
  firstSeed as first,
  grids,
  horizons,
  type Study,
  scales,
  studies,
  tuningSeeds,
} from "./settings.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";

const episodesOf = (study: Study, fraction: number): number[] =>
  horizons[study].map((k) => Math.max(16, Math.round(k * fraction)));

/** Returns the settings an arm is run with: its own choice, or in the lock the best with and without a bonus. */
function choicesOf(study: Study, arm: string): Choice[] {
  const { algorithm, as = arm } = armOf(arm);
  if (algorithm === "uniform" || study === "trap") return [{ etaScale: 1, bonusScale: 0 }];
  const names =
    study === "lock" ? [`${study} ${as} with bonus`, `${study} ${as} without bonus`] : [`${study} ${as}`];
  return names.map((name) => chosen(tuned.choices, name, ["etaScale", "bonusScale"]));
}

const endRegret = (result: Result): number =>
  "points" in result ? result.points[result.points.length - 1].regret : Number.NaN;

/** Checks lemmas numerically, and runs learners in five environments. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  firstSeed: first,
  trial,

  async *run(host) {
    const { seeds, fraction, sequences } = scales[host.scale];
    const blocks = studies.flatMap((study) =>
      shownArms[study].flatMap((arm) =>
        choicesOf(study, arm).map((choice) => {
          return { study, arm, choice, episodes: episodesOf(study, fraction) };
        }),
      ),
    );
    const { firstSeed = null } = host;
    // The number of seeds asked for is that of the bandit and the MDP; the other studies have theirs in proportion.
    const share = host.seeds === null ? 1 : host.seeds / seeds.bandit;
    const specs: Spec[] = [{ kind: "lemmas", sequences, seed: firstSeed ?? first }];
    for (const { study, arm, choice, episodes } of blocks)
      for (const k of episodes)
        for (const seed of seedsOf(
          { firstSeed, seeds: Math.max(2, Math.round(share * seeds[study])) },
          0,
          first,
        ))
          specs.push({ kind: "learning", study, arm, ...choice, episodes: k, seed });
    const trials = yield* collectTrials<Measured>(host, specs, describe);
    const runs: Record<Study, Runs[]> = { bandit: [], phases: [], mdp: [], lock: [], trap: [] };
    for (const { study, arm, choice, episodes } of blocks) {
      const at = (k: number) =>
        resultsWhere(trials, { kind: "learning", study, arm, ...choice, episodes: k });
      runs[study].push({ arm, choice, episodes, results: episodes.map(at) });
    }
    return reportOf({ lemmas: resultsWhere(trials, { kind: "lemmas" })[0], runs });
  },

  /** The same grid for every arm, judged by the mean regret at the end of the longest runs. */
  tune(host: Host<Spec, Result>) {
    const fraction = Math.min(1, scales[host.scale].fraction);
    const seeds = host.scale === "quick" ? tuningSeeds.slice(0, 1) : tuningSeeds;
    const tried = studies.flatMap((study) =>
      tunedArms[study].flatMap((arm) => {
        const episodes = episodesOf(study, fraction).at(-1)!;
        const points = grids[study].bonusScale.flatMap((bonusScale) =>
          grids[study].etaScale.map((etaScale) => ({ etaScale, bonusScale })),
        );
        const own = candidates(`${study} ${arm}`, { study, arm }, points, seeds, (choice, seed): Spec => {
          return { kind: "learning", study, arm, ...choice, episodes, seed };
        });
        // The lock is about bonuses: the best choice with one is reported, and the best without.
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
