import type { Choices } from "../../kit/choices.ts";
import type { Scale } from "../../reproduction.ts";
import { convexArms, expConcaveArms, stronglyConvexArms, tunedArms } from "./arms.ts";
import { type StreamSpec, streamData, streamOrders } from "./streams.ts";
import type { ProblemSpec, Spec } from "./trial.ts";

interface Size {
  /** Of the rates; a run of drift has its own. */
  seeds: number;
  rounds: number;
  drift: { seeds: number; rounds: number };
  streamRows: number;
  streamSeeds: number;
  /** Rounds in which the exp-concave learners have time to come to their logarithm. */
  long: { seeds: number; rounds: number };
  streams: readonly (typeof streamData)[number][];
  /** Where the rule looks: three fourfolds for (A) and (B), and the study and the fourfolds of (C). */
  judged: { rates: readonly number[]; expConcave: { study: string; rounds: readonly number[] } };
}

const short = [250, 1000, 4000];
const longName = "exp-concave, noise 0.3, long";
const ordinary = { rates: short, expConcave: { study: "exp-concave, noise 0.3", rounds: short } };
/** What the larger scale has in common with the default one: their tuned steps are those for so many rounds and rows. */
const tunedFor = { rounds: 4000, streamRows: 2000 };

export const scales: Record<Scale, Size> = {
  quick: {
    seeds: 2,
    rounds: 120,
    drift: { seeds: 2, rounds: 120 },
    streamRows: 80,
    streamSeeds: 1,
    long: { seeds: 1, rounds: 160 },
    streams: ["breast_cancer_wdbc"],
    judged: ordinary,
  },
  default: {
    seeds: 10,
    rounds: 4000,
    drift: { seeds: 10, rounds: tunedFor.rounds },
    streamRows: tunedFor.streamRows,
    streamSeeds: 5,
    long: { seeds: 5, rounds: 64_000 },
    streams: streamData,
    judged: ordinary,
  },
  full: {
    seeds: 10,
    rounds: 16_000,
    drift: { seeds: 20, rounds: tunedFor.rounds },
    streamRows: tunedFor.streamRows,
    streamSeeds: 5,
    long: { seeds: 10, rounds: 256_000 },
    streams: streamData,
    judged: {
      rates: [1000, 4000, 16_000],
      expConcave: { study: longName, rounds: [16_000, 64_000, 256_000] },
    },
  },
};

export const sigmas = [0, 0.05, 0.3, 1, 3];
export const switchCounts = [0, 4, 16, 64, 256];
const streamArms = ["oomd", "ogd", "oftrl", "oftrl-0.01", "ensemble"];
/** Those by which the rule judges. */
export const judgedSwitches = [4, 64];
export const driftNoise = 0.3;

/** Multiples of the steps of theory, the same for every arm. */
export const grid = Array.from({ length: 19 }, (_, k) => 2 ** (k - 3));
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
  const { seeds, rounds, drift: moving, streamRows, streamSeeds, long: longest, streams } = scales[scale];
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
  const long = (seed: number): ProblemSpec => {
    return { kind: "exp-concave", sigma: 0.3, rounds: longest.rounds, seed };
  };
  const drift =
    (switches: number) =>
    (seed: number): ProblemSpec => {
      return { kind: "drift", switches, sigma: driftNoise, rounds: moving.rounds, seed };
    };
  const stream =
    (data: StreamSpec["data"], order: StreamSpec["order"]) =>
    (seed: number): ProblemSpec => ({ kind: "stream", data, order, seed, rows: streamRows });
  return [
    ...rates("convex", sigmas, convexArms),
    ...rates("strongly convex", [0, 0.3, 1], stronglyConvexArms),
    ...rates("exp-concave", [0, 0.3], expConcaveArms),
    study(longName, long, ["oomd-ec", "ons"], { seeds: longest.seeds }),
    ...switchCounts.map((count) =>
      study(driftName(count), drift(count), convexArms, { tuned: count > 0, seeds: moving.seeds }),
    ),
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
