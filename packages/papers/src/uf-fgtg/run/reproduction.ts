import { chosen } from "../../kit/choices.ts";
import { runOf, seedsOf } from "../../kit/collect.ts";
import { mean } from "../../kit/statistics.ts";
import { tuneOnLattice } from "../../kit/tune-lattice.ts";
import type { Host, Reproduction, Scale } from "../../reproduction.ts";
import { card } from "../card.ts";
import tuned from "../tuned.json" with { type: "json" };
import { armOf, arms, trainedByDefault } from "./arms.ts";
import { lattices } from "./lattice.ts";
import { reportOf } from "./report.ts";
import { scales, type Tuned, tuning } from "./settings.ts";
import { type Measured, type Result, type Spec, trial } from "./trial.ts";

/** What tuning chose for the objective of an arm; prompts by rule have none. */
const choiceOf = (id: string): Tuned =>
  chosen(tuned.choices, id === "text" || id === "image" ? id : "full", ["gamma", "learningRate"]);

/** What is done for an arm at a scale. */
export const specOf = (arm: string, seed: number, scale: Scale, change: Partial<Spec> = {}): Spec => {
  const { seeds, ...amounts } = scales[scale];
  // Others than the scale's own seeds have no committed refiners.
  const trained = scale !== "default" || seed >= seeds || trainedByDefault.includes(arm);
  return { arm, seed, from: 0, ...choiceOf(arm), trained, ...amounts, ...change };
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

/** Prompts rewritten by refiners that a frozen image model helped to train, against those that it did not. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds: tuning.seeds,
  trial,

  run: runOf<Measured>(specsOf, describe, reportOf),

  tune: (host) => {
    const quick = host.scale === "quick";
    const prompts = Math.min(tuning.prompts, scales[host.scale].prompts);
    const tried = lattices((arm, configuration) =>
      tuning.seeds
        .slice(0, quick ? 1 : undefined)
        .map((seed) =>
          specOf(arm, seed, host.scale, { ...configuration, trained: true, from: tuning.from, prompts }),
        ),
    );
    return tuneOnLattice(host, tried, {
      score: "aesthetic score",
      scoreOf: (result) => mean(result.score),
      describe,
      rounds: quick ? 1 : undefined,
    });
  },
};
