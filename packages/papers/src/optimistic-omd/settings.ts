import type { Choices } from "../kit/choices.ts";
import type { Scale } from "../reproduction.ts";
import { convexArms, expConcaveArms, stronglyConvexArms, tunedArms } from "./arms.ts";
import { type StreamSpec, streamData, streamOrders } from "./streams.ts";
import type { ProblemSpec, Spec } from "./trial.ts";

interface Size {
  seeds: number;
  rounds: number;
  streamRows: number;
  streamSeeds: number;
  /** Rounds in which the exp-concave learners have time to come to their logarithm; not counted. */
  long: number;
  streams: readonly (typeof streamData)[number][];
}

export const scales: Record<Scale, Size> = {
  quick: {
    seeds: 2,
    rounds: 120,
    streamRows: 80,
    streamSeeds: 1,
    long: 160,
    streams: ["breast_cancer_wdbc"],
  },
  default: { seeds: 10, rounds: 4000, streamRows: 2000, streamSeeds: 5, long: 64_000, streams: streamData },
  full: { seeds: 30, rounds: 16_000, streamRows: 5000, streamSeeds: 10, long: 256_000, streams: streamData },
};

export const sigmas = [0, 0.05, 0.3, 1, 3];
export const switchCounts = [0, 4, 16, 64, 256];
const streamArms = ["oomd", "ogd", "oftrl", "oftrl-0.01", "ensemble"];
/** Those by which the rule judges. */
export const judgedSwitches = [4, 64];
export const driftNoise = 0.3;

/** Multiples of the steps of theory, the same for every arm. */
export const grid = [-3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8].map((k) => 2 ** k);
/** Tuning draws other problems and other orders; the measured ones count from 0. */
export const tuningSeeds = [1001, 1002, 1003, 1004, 1005];

/** A problem without its seed, under the name that the report uses. */
export interface Study {
  name: string;
  problem: (seed: number) => ProblemSpec;
  arms: readonly string[];
  tuned: boolean;
  seeds: number;
}

/** All that is measured at a scale. */
export function studies(scale: Scale): Study[] {
  const { seeds, rounds, streamRows, streamSeeds, long: longest, streams } = scales[scale];
  const study = (
    name: string,
    problem: Study["problem"],
    arms: readonly string[],
    others: Partial<Study> = {},
  ): Study => ({ name, problem, arms, tuned: false, seeds, ...others });
  const rates = (kind: "convex" | "strongly convex" | "exp-concave", noise: number[], arms: string[]) =>
    noise.map((sigma) =>
      study(`${kind}, noise ${sigma}`, (seed) => ({ kind, sigma, rounds, seed }), arms, {
        tuned: kind === "convex" && sigma === 1,
      }),
    );
  const long = (seed: number): ProblemSpec => ({ kind: "exp-concave", sigma: 0.3, rounds: longest, seed });
  const drift =
    (switches: number) =>
    (seed: number): ProblemSpec => ({ kind: "drift", switches, sigma: driftNoise, rounds, seed });
  const stream =
    (data: StreamSpec["data"], order: StreamSpec["order"]) =>
    (seed: number): ProblemSpec => ({ kind: "stream", data, order, seed, rows: streamRows });
  return [
    ...rates("convex", sigmas, convexArms),
    ...rates("strongly convex", [0, 0.3, 1], stronglyConvexArms),
    ...rates("exp-concave", [0, 0.3], expConcaveArms),
    study("exp-concave, noise 0.3, long", long, ["oomd-ec", "ons"], { seeds: streamSeeds }),
    ...switchCounts.map((count) => study(driftName(count), drift(count), convexArms, { tuned: count > 0 })),
    ...streams.flatMap((data) =>
      streamOrders.map((order) =>
        study(`${data}, ${order}`, stream(data, order), streamArms, { tuned: true, seeds: streamSeeds }),
      ),
    ),
  ];
}

export const driftName = (switches: number): string => `${switches} switches`;

/** The arms of a study: by theory, then those with tuned steps (theory's where nothing was tuned yet). */
export function armsOf({ name, arms, tuned }: Study, choices: Choices): Spec["arms"] {
  const theory = arms.map((id) => ({ id, scale: 1 }));
  if (!tuned) return theory;
  return [...theory, ...tunedArms.map((id) => ({ id, scale: Number(choices[name]?.[id] ?? 1) }))];
}
