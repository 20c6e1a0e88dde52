import { collect } from "../collect.ts";
import type { Host, Progress, Row } from "../reproduction.ts";
import { estimate } from "../statistics.ts";
import { type Choices, familyChoice } from "./choices.ts";
import { amounts, arms, familySettings, learningRates, taus, tuningSeeds } from "./settings.ts";
import { describe, type Result, type Spec } from "./spec.ts";

/** One configuration, its trials, and what choice it takes part in. */
interface Candidate {
  choice: string;
  row: Row;
  specs: Spec[];
}

/**
 * Chooses learning rates for every member of the family, and the strengths of the adversarial methods, on seeds and
 * validation rows of their own. Four rates for each member, three strengths for each method.
 */
export async function* tune(
  host: Host<Spec, Result>,
): AsyncGenerator<Progress, { rows: Row[]; choices: Choices }> {
  const list = candidates(amounts[host.scale].fraction);
  const results = yield* collect(
    host,
    list.flatMap((c) => c.specs),
    describe,
  );
  const rows: Row[] = [];
  const best = new Map<string, { score: number; row: Row }>();
  let start = 0;
  for (const { choice, row, specs } of list) {
    const score = estimate(results.slice(start, start + specs.length).map(scoreOf)).mean;
    start += specs.length;
    rows.push({ choice, ...row, score });
    if (score > (best.get(choice)?.score ?? -1)) best.set(choice, { score, row });
  }
  return { rows, choices: Object.fromEntries([...best].map(([name, { row }]) => [name, row])) };
}

/** What is made large: accuracy, 0 where training diverged; robust accuracy. */
function scoreOf(result: Result): number {
  if (result.part === "bounds") throw new TypeError("result: expected one of a training trial, got bounds");
  return result.part === "family" ? (result.accuracy ?? 0) : result.robust;
}

function candidates(fraction: number): Candidate[] {
  const family = familySettings.flatMap((setting) =>
    taus.flatMap((tau) =>
      learningRates.map((learningRate) => ({
        choice: familyChoice(setting, tau),
        row: { learningRate },
        specs: tuningSeeds.map(
          (seed): Spec => ({ part: "family", setting, tau, learningRate, seed, judge: "tune", fraction }),
        ),
      })),
    ),
  );
  const adversarial = arms
    .filter(({ strength }) => strength > 0)
    .map(({ method, strength }) => ({
      choice: method,
      row: { strength },
      specs: tuningSeeds.map(
        (seed): Spec => ({ part: "adversarial", method, strength, seed, judge: "tune", fraction }),
      ),
    }));
  return [...family, ...adversarial];
}
