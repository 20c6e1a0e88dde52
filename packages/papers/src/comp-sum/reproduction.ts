import { collect } from "../collect.ts";
import type { Host, Progress, Reproduction, ReproductionReport } from "../reproduction.ts";
import { committed, learningRateOf } from "./choices.ts";
import { card } from "./paper.ts";
import { report } from "./report.ts";
import { amounts, arms, familySettings, taus } from "./settings.ts";
import { describe, type Result, type Spec } from "./spec.ts";
import { trial } from "./trial.ts";
import { tune } from "./tune.ts";

async function* run(host: Host<Spec, Result>): AsyncGenerator<Progress, ReproductionReport> {
  const specs = specsOf(host);
  const results = yield* collect(host, specs, describe);
  return report(specs, results, committed);
}

/** All trials of a run; the long ones first, so that workers end together. */
function specsOf({ scale, seeds }: Pick<Host<Spec, Result>, "scale" | "seeds">): Spec[] {
  const { draws, seeds: usual, fraction } = amounts[scale];
  const each = Array.from({ length: seeds ?? usual }, (_, seed) => seed);
  const common = { judge: "test", fraction } as const;
  return [
    ...arms.flatMap((arm) => each.map((seed): Spec => ({ part: "adversarial", ...arm, seed, ...common }))),
    ...familySettings.flatMap((setting) =>
      taus.flatMap((tau) => {
        const learningRate = learningRateOf(committed, setting, tau);
        return each.map((seed): Spec => ({ part: "family", setting, tau, learningRate, seed, ...common }));
      }),
    ),
    { part: "bounds", draws, seed: 0 },
  ];
}

/** The family of comp-sum losses: its bounds, its members as training losses, its adversarial training. */
export const reproduction: Reproduction<Spec, Result> = { card, trial, run, tune };
