import { collect } from "../collect.ts";
import type { Host, Progress, Reproduction, ReproductionReport } from "../reproduction.ts";
import { speedArms } from "./arms.ts";
import { committed, names, rateOf } from "./choices.ts";
import { card } from "./paper.ts";
import { report } from "./report.ts";
import { amounts, checkpointsOf } from "./settings.ts";
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
  const amount = amounts[scale];
  const each = Array.from({ length: seeds ?? amount.seeds }, (_, seed) => seed);
  const vocabularies = amount.smallVocabulary === null ? [null] : [null, amount.smallVocabulary];
  return [
    ...vocabularies.flatMap((vocabulary) =>
      amount.words.flatMap((arm) => {
        const learningRate = rateOf(committed, names.words(arm));
        const checkpoints = checkpointsOf(amount, arm !== "log-softmax" || vocabulary !== null);
        const common = { judge: "test", held: amount.held, vocabulary } as const;
        return each.map((seed): Spec => ({ part: "words", arm, learningRate, seed, checkpoints, ...common }));
      }),
    ),
    ...amount.digits.flatMap((arm) => {
      const learningRate = rateOf(committed, names.digits(arm));
      const common = { judge: "test", epochs: amount.digitEpochs } as const;
      return each.map((seed): Spec => ({ part: "digits", arm, learningRate, seed, ...common }));
    }),
    ...speedArms.flatMap((arm) => amount.speed.map((of): Spec => ({ part: "speed", arm, ...of }))),
  ];
}

/** The Z-loss beside its family and softmax: as a language model of many words, on ten digits, and by the clock. */
export const reproduction: Reproduction<Spec, Result> = { card, trial, run, tune };
