import { seedsOf } from "../../kit/collect.ts";
import { mean, rounded } from "../../kit/statistics.ts";
import type { Tuned } from "../../kit/tune-grid.ts";
import { tryAll } from "../../kit/tune-grid.ts";
import type { Host, Progress, Reproduction, ReproductionReport, Row } from "../../reproduction.ts";
import { card } from "../card.ts";
import tuned from "../tuned.json" with { type: "json" };
import { armOf, tunedArms } from "./arms.ts";
import { type Measured, reportOf } from "./report.ts";
import { armsOf, grid, type Study, studies, tuningSeeds } from "./settings.ts";
import { type Result, type Spec, trial } from "./trial.ts";

/** Runs studies, each with its arms and seeds; a trial is called by its study's name. */
async function* settle(
  host: Host<Spec, Result>,
  wanted: readonly Omit<Measured, "results">[],
  seedsFor: (study: Study) => readonly number[],
): AsyncGenerator<Progress, Measured[]> {
  const names = new Map<Spec, string>();
  const tried = wanted.map(({ study, arms }) => ({
    study,
    arms,
    specs: seedsFor(study).map((seed) => {
      const spec = { problem: study.problem(seed), arms };
      names.set(spec, `${study.name}, seed ${seed}`);
      return spec;
    }),
  }));
  return yield* tryAll(host, tried, (spec) => names.get(spec) ?? "");
}

async function* run(host: Host<Spec, Result>): AsyncGenerator<Progress, ReproductionReport> {
  const wanted = studies(host.scale).map((study) => ({ study, arms: armsOf(study, tuned.choices) }));
  return reportOf(yield* settle(host, wanted, (study) => seedsOf(host, study.seeds)), host.scale);
}

/** One grid of multiples of theory's steps for every arm; the smallest mean cumulative loss is taken. */
async function* tune(host: Host<Spec, Result>): AsyncGenerator<Progress, Tuned> {
  const seeds = host.scale === "quick" ? tuningSeeds.slice(0, 1) : tuningSeeds;
  const arms = tunedArms.flatMap((id) => grid.map((scale) => ({ id, scale })));
  // The larger scale takes the choices of the default one.
  const wanted = studies(host.scale === "quick" ? "quick" : "default").filter((study) => study.tuned);
  const settled = yield* settle(
    host,
    wanted.map((study) => ({ study, arms })),
    () => seeds,
  );
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
export const reproduction: Reproduction<Spec, Result> = { card, tuningSeeds, trial, run, tune };
