import { chosen } from "../kit/choices.ts";
import { collectTrials, seedsOf } from "../kit/collect.ts";
import { mean } from "../kit/statistics.ts";
import { candidates, tuneGrid } from "../kit/tune-grid.ts";
import type { Host, Reproduction, Scale } from "../reproduction.ts";
import { armOf, arms, trainedByDefault } from "./arms.ts";
import { card } from "./paper.ts";
import { reportOf } from "./report.ts";
import { gammas, scales } from "./settings.ts";
import { type Measured, type Result, type Spec, trial } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };

/** What the words count in an arm: tuned where both terms do, and of no consequence elsewhere. */
const gammaOf = (id: string): number => {
  const { refiner } = armOf(id);
  return refiner?.image && refiner.text ? chosen(tuned.choices, "full", ["gamma"]).gamma : 1;
};

const specOf = (arm: string, seed: number, scale: Scale, change: Partial<Spec> = {}): Spec => {
  const { seeds: _, ...amounts } = scales[scale];
  const trained = scale !== "default" || trainedByDefault.includes(arm);
  return { arm, seed, gamma: gammaOf(arm), trained, ...amounts, ...change };
};

/** The longest first, so that workers end together. */
function specsOf(host: Host<Spec, Result>): Spec[] {
  const order = arms.toSorted((a, b) => Number(b.refiner !== undefined) - Number(a.refiner !== undefined));
  return seedsOf(host, scales[host.scale].seeds).flatMap((seed) =>
    order.map(({ id }) => specOf(id, seed, host.scale)),
  );
}

const describe = ({ arm, seed }: Spec, { score, seconds }: Result): string =>
  `${armOf(arm).label}, seed ${seed}: aesthetic score ${mean(score).toFixed(3)} after ${seconds.toFixed(0)} s`;

/** Seeds of tuning are none of a run. */
const tuningSeed = 100;

/** Prompts rewritten by refiners that a frozen image model helped to train, against those that it did not. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  trial,

  async *run(host) {
    return reportOf(yield* collectTrials<Measured>(host, specsOf(host), describe));
  },

  async *tune(host) {
    const grid = gammas.map((gamma) => ({ gamma }));
    const seeds = host.scale === "quick" ? [tuningSeed] : [tuningSeed, tuningSeed + 1];
    const tried = candidates("full", { arm: "words and picture" }, grid, seeds, ({ gamma }, seed) =>
      specOf("full", seed, host.scale, { gamma, trained: true }),
    );
    return yield* tuneGrid(host, tried, {
      score: "aesthetic score",
      scoreOf: (result) => mean(result.score),
      describe,
    });
  },
};
