import { collect } from "../collect.ts";
import type { Host, Progress, Row } from "../reproduction.ts";
import { estimate } from "../statistics.ts";
import { digitArms, wordArms, zArms } from "./arms.ts";
import { type Choices, names } from "./choices.ts";
import { amounts, checkpointsOf, digitRates, ks, ratesOf, tuningSeeds } from "./settings.ts";
import { describe, type Result, type Spec } from "./spec.ts";

/** One learning rate of one arm, with its trials. */
interface Candidate {
  choice: string;
  row: Row & { learningRate: number };
  specs: Spec[];
}

/**
 * Chooses the rate of every arm, four tried for each, by the mean reciprocal rank (accuracy for digits) at the end of
 * training on validation documents (rows) and seeds of their own; then for each k the Z-loss that ranks best there.
 */
export async function* tune(
  host: Host<Spec, Result>,
): AsyncGenerator<Progress, { rows: Row[]; choices: Choices }> {
  const list = candidates(host);
  const results = yield* collect(
    host,
    list.flatMap((c) => c.specs),
    describe,
  );
  const rows: Row[] = [];
  const best = new Map<string, { score: number; row: Row; top: number[] }>();
  let start = 0;
  for (const { choice, row, specs } of list) {
    const own = results.slice(start, start + specs.length);
    start += specs.length;
    const score = estimate(own.map(scoreOf)).mean;
    const top = ks.map((_, i) => estimate(own.map((result) => topOf(result)[i])).mean);
    rows.push({ choice, ...row, score });
    if (score > (best.get(choice)?.score ?? -1)) best.set(choice, { score, row, top });
  }
  const choices: Choices = Object.fromEntries([...best].map(([name, { row }]) => [name, row]));
  ks.forEach((k, i) => {
    const score = (arm: (typeof zArms)[number]): number => best.get(names.words(arm))?.top[i] ?? 0;
    const tried = zArms.filter((arm) => best.has(names.words(arm)));
    const arm = tried.reduce((a, b) => (score(b) > score(a) ? b : a));
    for (const a of tried) rows.push({ choice: names.zLoss(k), arm: a, score: score(a) });
    choices[names.zLoss(k)] = { arm };
  });
  return { rows, choices };
}

/** What is made large; 0 where training diverged. */
function scoreOf(result: Result): number {
  if (result.part === "speed") throw new TypeError("result: expected one of a training trial, got speed");
  return (result.part === "words" ? result.checkpoints?.at(-1)?.mrr : result.accuracy) ?? 0;
}

function topOf(result: Result): readonly number[] {
  const last = result.part === "words" ? result.checkpoints?.at(-1)?.top : undefined;
  return last ?? ks.map(() => 0);
}

function candidates({ scale }: Host<Spec, Result>): Candidate[] {
  const amount = amounts[scale];
  const words = wordArms
    .filter((arm) => amount.words.includes(arm))
    .flatMap((arm) =>
      ratesOf(arm).map((learningRate) => ({
        choice: names.words(arm),
        row: { learningRate },
        specs: tuningSeeds.map((seed): Spec => {
          const checkpoints = checkpointsOf(amount, arm !== "log-softmax").slice(-1);
          const common = { judge: "tune", held: 2 * amount.held, vocabulary: null } as const;
          return { part: "words", arm, learningRate, seed, checkpoints, ...common };
        }),
      })),
    );
  const digits = digitArms
    .filter((arm) => amount.digits.includes(arm))
    .flatMap((arm) =>
      digitRates.map((learningRate) => ({
        choice: names.digits(arm),
        row: { learningRate },
        specs: tuningSeeds.map(
          (seed): Spec => ({
            part: "digits",
            arm,
            learningRate,
            seed,
            judge: "tune",
            epochs: amount.digitEpochs,
          }),
        ),
      })),
    );
  return [...words, ...digits];
}
