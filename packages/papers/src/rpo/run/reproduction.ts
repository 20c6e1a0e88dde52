import { runOf, seedsOf } from "../../kit/collect.ts";
import type { Host, Reproduction } from "../../reproduction.ts";
import { card } from "../card.ts";
import { reportOf } from "./report.ts";
import { scales, tuningSeeds } from "./settings.ts";
import { lexicons } from "./text-trial.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";

function specsOf(host: Host<Spec, Result>): Spec[] {
  const { banditSeeds, textSeeds, sizes, text } = scales[host.scale];
  // The longest first: no worker has to wait for one in the end.
  return [
    ...seedsOf(host, textSeeds).flatMap((seed) =>
      lexicons.map((lexicon): Spec => ({ part: "text", lexicon, seed, ...text })),
    ),
    // Many are cheap, and the rule asks for them.
    ...seedsOf({ firstSeed: host.firstSeed, seeds: null }, banditSeeds).map(
      (seed): Spec => ({ part: "bandit", seed, sizes }),
    ),
  ];
}

/** Pessimism on a bandit that its logs cover in part, and on a language model that is trained on pairs of its own texts. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  run: runOf<Measured>(specsOf, describe, (trials, { scale }) => reportOf(trials, scales[scale].sizes)),
};
