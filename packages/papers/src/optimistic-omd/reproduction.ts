import type { Choices } from "../kit/choices.ts";
import { collect, seedsOf } from "../kit/collect.ts";
import { mean, rounded } from "../kit/statistics.ts";
import type { Tuned } from "../kit/tune-grid.ts";
import type { Host, Progress, Reproduction, ReproductionReport, Row } from "../reproduction.ts";
import { armOf, tunedArms } from "./arms.ts";
import { card } from "./paper.ts";
import { type Measured, reportOf } from "./report.ts";
import { armsOf, grid, type Study, studies, tuningSeeds } from "./settings.ts";
import { type Result, type Spec, trial } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };

type Settled = { study: Study; arms: Spec["arms"]; results: Result[] }[];

/** Runs studies, each with its arms and seeds. */
async function* settle(
  wanted: readonly { study: Study; arms: Spec["arms"]; seeds: readonly number[] }[],
  host: Host<Spec, Result>,
): AsyncGenerator<Progress, Settled> {
  const specs = wanted.flatMap(({ study, arms, seeds }) =>
    seeds.map((seed) => ({ name: study.name, seed, spec: { problem: study.problem(seed), arms } })),
  );
  const names = new Map(specs.map((s) => [s.spec, s]));
  const results = yield* collect(
    host,
    specs.map(({ spec }) => spec),
    (spec) => {
      const own = names.get(spec);
      return `${own?.name}, seed ${own?.seed}`;
    },
  );
  let from = 0;
  return wanted.map(({ study, arms, seeds }) => {
    const own = results.slice(from, from + seeds.length);
    from += seeds.length;
    return { study, arms, results: own };
  });
}

async function* run(host: Host<Spec, Result>): AsyncGenerator<Progress, ReproductionReport> {
  const choices: Choices = tuned.choices;
  const wanted = studies(host.scale).map((study) => ({
    study,
    arms: armsOf(study, choices),
    seeds: seedsOf(host, study.seeds),
  }));
  const measured: Measured[] = yield* settle(wanted, host);
  return reportOf(measured);
}

/** One grid of multiples of theory's steps for every arm; the smallest mean cumulative loss is taken. */
async function* tune(host: Host<Spec, Result>): AsyncGenerator<Progress, Tuned> {
  const seeds = host.scale === "quick" ? tuningSeeds.slice(0, 1) : tuningSeeds;
  const arms = tunedArms.flatMap((id) => grid.map((scale) => ({ id, scale })));
  const wanted = studies(host.scale)
    .filter((study) => study.tuned)
    .map((study) => ({ study, arms, seeds }));
  const settled = yield* settle(wanted, host);
  const rows: Row[] = [];
  const choices: Record<string, Row> = {};
  for (const { study, results } of settled) {
    const losses = arms.map((arm, i) => ({
      ...arm,
      loss: mean(results.map((result) => result.arms[i].loss)),
    }));
    choices[study.name] = {};
    for (const id of tunedArms) {
      const own = losses.filter((arm) => arm.id === id);
      choices[study.name][id] = own.reduce((a, b) => (b.loss < a.loss ? b : a)).scale;
      rows.push({
        study: study.name,
        arm: armOf(id).label,
        ...Object.fromEntries(own.map(({ scale, loss }) => [`${scale} x`, rounded(loss)])),
      });
    }
  }
  return { rows, choices };
}

/** Rates, drift and real streams. */
export const reproduction: Reproduction<Spec, Result> = { card, trial, run, tune };
