import { checkChoice, checkNumber, rangeError, typeError } from "minimand/engine";
import { checkFinite, type EpisodicSimulator } from "../environments/simulator.ts";
import { checkKnown, tablesOf } from "../environments/tables.ts";
import { checkSeries } from "../estimators/covariance.ts";
import { lazyCore } from "./lazy.ts";
import type { CovarianceMethod, PolicyCore, PolicySettings } from "./policy-core.ts";
import { adversarialMdpSchedule, type MdpAlgorithm, type MdpSchedule, partsOf } from "./schedule.ts";
import { tabulatedCore } from "./tabulated.ts";

/** Options of `linearQPolicyOptimizer`. */
export interface LinearQOptions {
  algorithm: MdpAlgorithm;
  /** K, the number of episodes planned: it sets learning rate, bonus and regulariser. More may be played. */
  episodes: number;
  /** Policies as tables over numbered states (default where states are numbered), or computed when a state is met. */
  mode?: "tabulated" | "lazy";
  /**
   * How the covariance of the current policy's features is inverted: exactly, from the known dynamics (default where they
   * are known); from simulated trajectories (default elsewhere); or by matrix geometric resampling with c = 1/2.
   */
  covariance?: CovarianceMethod;
  /**
   * Fresh trajectories an episode for the magnitude-reduced estimator, default 64; with an exact covariance it takes the
   * exact expectation instead. "reuse" takes those of the covariance, which are not independent of it: a small bias.
   */
  fresh?: number | "reuse";
  /** Dilated bonuses from the known dynamics (default where they are known), or drawn. */
  bonus?: "exact" | "sampled";
  /** Largest number of actions; needed in lazy mode only. */
  actions?: number;
  /** Multipliers of the theory's learning rate, bonus and regulariser; default 1. */
  etaScale?: number;
  bonusScale?: number;
  gammaScale?: number;
  /** Names all random numbers; default 0. */
  seed?: number;
}

/** A policy optimiser without its bookkeeping. */
interface PlannedCore {
  schedule: MdpSchedule;
  core: PolicyCore<never>;
}

/** Policies as tables, where options and simulator allow it. */
export function tabulatedFrom(simulator: unknown, options: LinearQOptions): PlannedCore {
  checkFinite(simulator);
  const tables = tablesOf(simulator);
  const known = tables.start !== null && tables.layers.every(({ next }) => next !== null);
  const schedule = scheduleFor(tables, options, tables.actions);
  const covariance = covarianceFor(options.covariance ?? (known ? { kind: "exact" } : undefined), {
    ...schedule,
    ...tables,
    episodes: options.episodes,
  });
  if (covariance.kind === "exact") checkKnown(tables, "an exact covariance");
  const { bonus = known ? "exact" : "sampled" } = options;
  checkChoice("bonus", bonus, ["exact", "sampled"]);
  if (bonus === "exact") checkKnown(tables, "exact bonuses");
  const settings = settingsFor(options, schedule, covariance, bonus === "exact");
  return { schedule, core: tabulatedCore(simulator, tables, settings) };
}

/** Policies computed when a state is met, where options and simulator allow it. */
export function lazyFrom<State>(simulator: EpisodicSimulator<State>, options: LinearQOptions): PlannedCore {
  if (typeof simulator.key !== "function")
    throw typeError("simulator.key", "a function, in lazy mode", simulator.key);
  if (options.bonus === "exact") throw rangeError("bonus", '"sampled", in lazy mode', options.bonus);
  checkNumber("actions", options.actions, { min: 2, integer: true });
  const schedule = scheduleFor(simulator, options, options.actions);
  const size = { ...schedule, dim: simulator.dim, episodes: options.episodes };
  const covariance = covarianceFor(options.covariance, size);
  if (covariance.kind === "exact")
    throw rangeError("covariance.kind", '"empirical" or "mgr", in lazy mode', covariance.kind);
  return { schedule, core: lazyCore(simulator, settingsFor(options, schedule, covariance, false)) };
}

function scheduleFor(
  { horizon, dim }: { horizon: number; dim: number },
  { algorithm, episodes, etaScale, bonusScale, gammaScale }: LinearQOptions,
  actions: number,
): MdpSchedule {
  return adversarialMdpSchedule({
    algorithm,
    horizon,
    dim,
    actions,
    episodes,
    etaScale,
    bonusScale,
    gammaScale,
  });
}

/** The default, `(d / gamma) ln(d K)` trajectories, is the theory's order; no more than a thousand. */
function covarianceFor(
  method: CovarianceMethod | undefined,
  { gamma, dim, episodes }: { gamma: number; dim: number; episodes: number },
): CovarianceMethod {
  if (method === undefined) {
    const wanted = Math.ceil((dim / gamma) * Math.log(dim * episodes));
    return { kind: "empirical", rollouts: Math.min(1000, Math.max(1, wanted)) };
  }
  checkChoice("covariance.kind", method?.kind, ["exact", "empirical", "mgr"]);
  if (method.kind === "empirical")
    checkNumber("covariance.rollouts", method.rollouts, { min: 1, integer: true });
  if (method.kind === "mgr") {
    checkNumber("covariance.batches", method.batches, { min: 1, integer: true });
    checkNumber("covariance.length", method.length, { min: 1, integer: true });
    checkSeries(gamma, 0.5);
  }
  return method;
}

function settingsFor(
  { algorithm, fresh = 64, seed = 0 }: LinearQOptions,
  schedule: MdpSchedule,
  covariance: CovarianceMethod,
  exactBonus: boolean,
): PolicySettings {
  if (fresh !== "reuse") checkNumber("fresh", fresh, { min: 1, integer: true });
  return { schedule, ...partsOf[algorithm], covariance, fresh, exactBonus, seed };
}
