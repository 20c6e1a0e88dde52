import { checkNumber, rangeError, typeError } from "minimand/engine";
import { checkSnapshot } from "../../learner.ts";
import { checkVector } from "../../vectors.ts";
import { checkLoss } from "../checks.ts";
import { checkSavedEpisode, type SavedEpisode } from "../episode.ts";
import type { EpochEstimate } from "./epoch-policies.ts";
import type { PlayedEpisode } from "./epoch-roles.ts";
import { type SavedStep, type Step, savedStep, stepOf } from "./played-step.ts";
import type { SimulatorFreeOptions } from "./simulator-free-options.ts";

export const kind = "minimand/simulator-free-linear-mdp";
const version = 1;

/** A simulator-free learner as plain data: the cover is made again from its episodes. */
export interface SimulatorFreeSnapshot {
  kind: string;
  version: number;
  options: Required<SimulatorFreeOptions>;
  /** Episodes of the cover, step by step. */
  explored: SavedStep[][];
  /** `[epochs][layers]`. */
  estimates: { sigma: number[]; theta: number[]; lambda: number[] }[][];
  /** Episodes of the current epoch. */
  inEpoch: { steps: SavedStep[]; losses: number[] }[];
  open: SavedEpisode<SavedStep> | null;
}

export function snapshotOf(
  options: Required<SimulatorFreeOptions>,
  explored: readonly (readonly Step[])[],
  estimates: readonly (readonly EpochEstimate[])[],
  inEpoch: readonly PlayedEpisode[],
): Omit<SimulatorFreeSnapshot, "open"> {
  return {
    kind,
    version,
    options: structuredClone(options),
    explored: explored.map((steps) => steps.map(savedStep)),
    estimates: estimates.map((layers) =>
      layers.map(({ sigma, theta, lambda }) => ({
        sigma: [...sigma],
        theta: [...theta],
        lambda: [...lambda],
      })),
    ),
    inEpoch: inEpoch.map(({ steps, losses }) => ({
      steps: steps.map(savedStep),
      losses: [...losses],
    })),
  };
}

/** Checks a snapshot, and gives what is in it as typed arrays. */
export function restored(
  snapshot: SimulatorFreeSnapshot,
  options: Required<SimulatorFreeOptions>,
  horizon: number,
  dim: number,
): {
  explored: Step[][];
  estimates: EpochEstimate[][];
  inEpoch: { steps: Step[]; losses: number[] }[];
} {
  checkSnapshot("an MDP learner", snapshot, { kind, version, options });
  const { explored, estimates, inEpoch, open } = snapshot;
  const coverEpisodes = options.cover.policies * options.cover.rollouts;
  const list = (name: string, value: unknown, most: number): void => {
    if (!Array.isArray(value)) throw typeError(`snapshot.${name}`, "an array", value);
    if (value.length > most) throw rangeError(`snapshot.${name}`, `at most ${most}`, value);
  };
  const checkStep = (name: string, step: unknown): void => {
    const { features, action } = (step ?? {}) as Partial<SavedStep>;
    checkVector(`${name}.features`, features);
    if (features.length % dim !== 0)
      throw rangeError(`${name}.features`, `vectors of ${dim} numbers`, features);
    checkNumber(`${name}.action`, action, { min: 0, below: features.length / dim, integer: true });
  };
  const steps = (name: string, value: unknown): Step[] => {
    if (!Array.isArray(value)) throw typeError(name, "an array of steps", value);
    if (value.length !== horizon) throw rangeError(name, `${horizon} steps`, value);
    for (const [h, step] of value.entries()) checkStep(`${name}[${h}]`, step);
    return value.map(stepOf);
  };
  list("explored", explored, coverEpisodes);
  list("estimates", estimates, explored.length < coverEpisodes ? 0 : Infinity);
  list("inEpoch", inEpoch, explored.length < coverEpisodes ? 0 : options.epoch - 1);
  checkSavedEpisode(open, horizon, checkStep);
  return {
    explored: explored.map((one, i) => steps(`snapshot.explored[${i}]`, one)),
    estimates: estimates.map((layers, j) => {
      if (!Array.isArray(layers) || layers.length !== horizon)
        throw rangeError(`snapshot.estimates[${j}]`, `${horizon} layers`, layers);
      return layers.map((layer, h): EpochEstimate => {
        const place = `snapshot.estimates[${j}][${h}]`;
        checkVector(`${place}.sigma`, layer?.sigma, dim * dim);
        checkVector(`${place}.theta`, layer.theta, dim);
        checkVector(`${place}.lambda`, layer.lambda, dim);
        return {
          sigma: Float64Array.from(layer.sigma),
          theta: Float64Array.from(layer.theta),
          lambda: Float64Array.from(layer.lambda),
        };
      });
    }),
    inEpoch: inEpoch.map((one, i) => {
      const place = `snapshot.inEpoch[${i}]`;
      checkVector(`${place}.losses`, one?.losses, horizon);
      for (const [h, loss] of one.losses.entries()) checkLoss(`${place}.losses[${h}]`, loss);
      return { steps: steps(`${place}.steps`, one.steps), losses: [...one.losses] };
    }),
  };
}
