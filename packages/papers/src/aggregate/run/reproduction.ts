import { collectTrials, seedsOf } from "../../kit/collect.ts";
import { resultsWhere } from "../../kit/evidence.ts";
import { range } from "../../kit/rows.ts";
import { meanOrNull } from "../../kit/statistics.ts";
import type { Host, Progress, Reproduction, ReproductionReport, Scale } from "../../reproduction.ts";
import { card } from "../card.ts";
import tuned from "../tuned.json" with { type: "json" };
import { choicesOf, networkArms } from "./arms.ts";
import { type RealCell, reportOf } from "./report.ts";
import {
  privacy,
  firstSeed as reported,
  rhos,
  type Study,
  scales,
  simulation,
  studiesOf,
  tuningSeeds,
} from "./settings.ts";
import type { SimulationResult } from "./simulate.ts";
import type { RealResult, RealSpec } from "./trial.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";
import { tune } from "./tune.ts";

export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  firstSeed: reported,
  trial,
  run,
  tune,
};

/** Cuts draws into pieces, so that workers share them; a draw is named by its number, counted from the first seed. */
function pieces(first: number, draws: number, chunk: number): { from: number; draws: number }[] {
  return Array.from(range(Math.ceil(draws / chunk)), (i) => ({
    from: first + i * chunk,
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

/** Returns the arms to fit in a measured trial. */
function realSpec(study: Study, k: number, seed: number, scale: Scale): RealSpec {
  const { dataset, model } = study;
  const { learningRate, ridge } = choicesOf(tuned.choices, dataset, model);
  const arms =
    model === "linear" ? [] : networkArms(study, k).map((arm) => ({ arm, learningRate: learningRate(arm) }));
  const epochs = scales[scale].epochs[model];
  return { part: "real", dataset, model, k, seed, judge: "test", epochs, arms, ridge: ridge(k) };
}

/** Fits models on real data, then draws both simulations. */
function specsOf(host: Host<Spec, Result>): Spec[] {
  const { draws, chunk, privateDraws, seeds, d } = scales[host.scale];
  const { points, privatePoints } = pointsOf(host.scale);
  const first = host.firstSeed ?? reported;
  return [
    ...studiesOf(host.scale).flatMap((study) =>
      study.ks.flatMap((k) =>
        seedsOf(host, seeds, reported).map((seed) => realSpec(study, k, seed, host.scale)),
      ),
    ),
    ...points.flatMap((point) =>
      pieces(first, draws, chunk).map((piece): Spec => ({ part: "simulation", ...point, d, ...piece })),
    ),
    ...privatePoints.flatMap((point) =>
      pieces(first, privateDraws, chunk).map((piece): Spec => ({ part: "private", ...point, ...piece })),
    ),
  ];
}

/** The draws of all pieces. */
const merged = (parts: readonly SimulationResult[]): SimulationResult["risks"] =>
  parts[0].risks.map(({ rho }, i) => ({ rho, values: parts.flatMap(({ risks }) => risks[i].values) }));

async function* run(host: Host<Spec, Result>): AsyncGenerator<Progress, ReproductionReport> {
  const trials = yield* collectTrials<Measured>(host, specsOf(host), describe);
  const { points, privatePoints } = pointsOf(host.scale);
  const cells = studiesOf(host.scale).flatMap((study) =>
    study.ks.map((k) => {
      const { dataset, model } = study;
      const spec = realSpec(study, k, 0, host.scale);
      return cellOf(spec, resultsWhere(trials, { part: "real", dataset, model, k }));
    }),
  );
  // Fitted once per study: labels of single rows don't depend on the bag size.
  for (const cell of cells) {
    const first = cells.find(({ dataset, model }) => dataset === cell.dataset && model === cell.model);
    cell.baselines.labels ??= first?.baselines.labels ?? [];
  }
  return reportOf(
    points.map((of) => ({ ...of, risks: merged(resultsWhere(trials, { part: "simulation", ...of })) })),
    privatePoints.map((of) => ({ ...of, risks: merged(resultsWhere(trials, { part: "private", ...of })) })),
    cells,
  );
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
    testTrainRatio: results[0].testTrainRatio,
    curve: rhos.map((rho) => ({ rho, errors: errorsOf(`rho ${rho}`) })),
    baselines: Object.fromEntries(others.map((name) => [name, errorsOf(name)])),
    chosenRhos: results.map(({ chosenRho }) => chosenRho).filter((rho) => rho !== null),
    theoryRho: meanOrNull(results.map(({ theoryRho }) => theoryRho)),
  };
}
