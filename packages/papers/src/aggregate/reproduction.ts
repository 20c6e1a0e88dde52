import { collect, seedsOf } from "../kit/collect.ts";
import { range } from "../kit/rows.ts";
import { meanOrNull } from "../kit/statistics.ts";
import type { Host, Progress, Reproduction, ReproductionReport, Scale } from "../reproduction.ts";
import { choicesOf, networkArms } from "./arms.ts";
import { card } from "./paper.ts";
import { type RealCell, reportOf } from "./report.ts";
import { privacy, rhos, type Study, scales, simulation, studiesOf } from "./settings.ts";
import type { PrivateSpec, SimulationResult, SimulationSpec } from "./simulate.ts";
import { describe, type RealResult, type RealSpec, type Result, type Spec, trial } from "./trial.ts";
import { tune } from "./tune.ts";
import tuned from "./tuned.json" with { type: "json" };
import type { Simulated, SimulatedPrivate } from "./verdict.ts";

export const reproduction: Reproduction<Spec, Result> = { card, trial, run, tune };

/** Draws in pieces, so that workers share them. */
function pieces(draws: number, chunk: number): { from: number; draws: number }[] {
  return Array.from(range(Math.ceil(draws / chunk)), (i) => ({
    from: i * chunk,
    draws: Math.min(chunk, draws - i * chunk),
  }));
}

/** The points of both simulations at a scale. */
function pointsOf(scale: Scale) {
  const { small } = scales[scale];
  const points = (small ? simulation.psis.slice(0, 1) : simulation.psis).flatMap((psi) =>
    simulation.ks.flatMap((k) => simulation.sigma2s.map((sigma2) => ({ psi, k, sigma2 }))),
  );
  const privatePoints = (small ? [1] : privacy.epsilons).flatMap((epsilon) =>
    (small ? [1, 10] : privacy.ks).map((k) => ({ epsilon, k })),
  );
  return { points, privatePoints };
}

/** What is fitted in a measured trial. */
function realSpec(study: Study, k: number, seed: number, quick: boolean): RealSpec {
  const { dataset, model } = study;
  const { learningRate, ridge } = choicesOf(tuned.choices, dataset, model);
  const arms =
    model === "linear" ? [] : networkArms(study, k).map((arm) => ({ arm, learningRate: learningRate(arm) }));
  return { part: "real", dataset, model, k, seed, judge: "test", quick, arms, ridge: ridge(k) };
}

async function* run(host: Host<Spec, Result>): AsyncGenerator<Progress, ReproductionReport> {
  const { draws, chunk, privateDraws, seeds, small } = scales[host.scale];
  const { points, privatePoints } = pointsOf(host.scale);
  const seedList = seedsOf(host, seeds);
  const simulated = points.flatMap((point) =>
    pieces(draws, chunk).map((piece): SimulationSpec => ({ part: "simulation", ...point, ...piece })),
  );
  const privates = privatePoints.flatMap((point) =>
    pieces(privateDraws, chunk).map((piece): PrivateSpec => ({ part: "private", ...point, ...piece })),
  );
  const reals = studiesOf(host.scale).flatMap((study) =>
    study.ks.flatMap((k) => seedList.map((seed) => realSpec(study, k, seed, small))),
  );
  const specs: Spec[] = [...reals, ...simulated, ...privates];
  const results = yield* collect(host, specs, describe);
  const real = (at: number): RealResult => results[at] as RealResult;

  const cells: RealCell[] = [];
  for (let at = 0; at < reals.length; at += seedList.length)
    cells.push(
      cellOf(
        reals[at],
        seedList.map((_, i) => real(at + i)),
      ),
    );
  // Fitted once a study: without bags their size is nothing to them.
  for (const cell of cells) {
    const first = cells.find(({ dataset, model }) => dataset === cell.dataset && model === cell.model);
    cell.baselines.labels ??= first?.baselines.labels ?? [];
  }
  const merged = (first: number, count: number): SimulationResult["risks"] => {
    const parts = Array.from(range(count), (i) => (results[first + i] as SimulationResult).risks);
    return parts[0].map(({ rho }, i) => ({ rho, values: parts.flatMap((part) => part[i].values) }));
  };
  const perPoint = pieces(draws, chunk).length;
  const perPrivate = pieces(privateDraws, chunk).length;
  const measured: Simulated[] = points.map((point, i) => ({
    ...point,
    risks: merged(reals.length + i * perPoint, perPoint),
  }));
  const measuredPrivate: SimulatedPrivate[] = privatePoints.map((point, i) => ({
    ...point,
    risks: merged(reals.length + simulated.length + i * perPrivate, perPrivate),
  }));
  return reportOf(measured, measuredPrivate, cells);
}

function cellOf({ dataset, model, k, arms }: RealSpec, results: readonly RealResult[]): RealCell {
  const errorsOf = (name: string): number[] => {
    const at = arms.findIndex(({ arm }) => arm === name);
    return results.map(({ errors, byName }) => (at < 0 ? byName[name] : errors[at]));
  };
  const linear = ["ridge, bag", "ridge, instance", "debiased", "held-out bags", "labels"];
  const others =
    model === "linear" ? linear : arms.map(({ arm }) => arm).filter((arm) => !arm.startsWith("rho "));
  return {
    dataset,
    model,
    k,
    tunedRho: choicesOf(tuned.choices, dataset, model).rho(k),
    curve: rhos.map((rho) => ({ rho, errors: errorsOf(`rho ${rho}`) })),
    baselines: Object.fromEntries(others.map((name) => [name, errorsOf(name)])),
    chosenRhos: results.map(({ chosenRho }) => chosenRho).filter((rho) => rho !== null),
    theoryRho: meanOrNull(results.map(({ theoryRho }) => theoryRho)),
  };
}
