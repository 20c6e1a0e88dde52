import { random } from "@jax-js/jax";
import { minibatches, type SupervisedState, type TrainStep } from "minimand";
import { randomSource } from "minimand/engine";
import { laterMedian } from "../kit/statistics.ts";
import { discard } from "../kit/train-network.ts";
import type { TrialHost } from "../reproduction.ts";
import { arms } from "./arms.ts";
import { programsFor, startOf } from "./programs.ts";
import { speedShapes, timing } from "./settings.ts";

/** Updates of all arms in turn, in one thread. */
export interface SpeedSpec {
  part: "speed";
  rounds: number;
  shape: keyof typeof speedShapes;
}

/** Times by arm. These, and these alone, differ from run to run. */
export interface SpeedResult {
  part: "speed";
  times: { arm: string; milliseconds: number; ratioToSgd: number }[];
}

const timed = arms.filter(({ id }) => !["average", "sgd-usual", "saf-usual"].includes(id));

/** Medians over rounds of interleaved updates, so that a machine that slows down slows all. */
export async function speedTrial({ rounds, shape }: SpeedSpec, host: TrialHost): Promise<SpeedResult> {
  const { rows, inputs, architecture } = speedShapes[shape];
  const { steps, warmUp } = timing;
  const classes = 10;
  const next = randomSource(1);
  const examples = 4 * rows;
  const x = Float32Array.from({ length: examples * inputs }, () => 2 * next() - 1);
  const y = Int32Array.from({ length: examples }, () => Math.floor(next() * classes));
  const batches = minibatches({ x, shape: [inputs], y, classes }, { size: rows, seed: 0 });
  const runs = timed.map((arm) => {
    const programs = programsFor(arm, architecture, { inputs, classes }, host.compile);
    const step: TrainStep<SupervisedState> = programs.step;
    const given = { stepsPerEpoch: batches.perEpoch, examples, classes };
    const { hyper, memory } = startOf(arm, arm.first[0], given);
    return { id: arm.id, step, state: step.init(random.key(0), { hyper, memory }), times: [] as number[] };
  });
  const advance = async (run: (typeof runs)[number], count: number): Promise<number> => {
    let taken = 0;
    for (let i = 0; i < count; i += batches.perEpoch) {
      for (const batch of batches.epoch(i)) {
        // Packing a batch is not the step's.
        const started = performance.now();
        const [state, { loss }] = run.step.update(run.state, batch);
        run.state = state;
        await loss.data();
        taken += performance.now() - started;
      }
    }
    return taken / (batches.perEpoch * Math.ceil(count / batches.perEpoch));
  };
  // Beyond the compiler, and beyond the epoch from which on the terms of SAF and MESA count.
  for (const run of runs) await advance(run, warmUp);
  for (let round = 0; round < rounds; round++) {
    host.signal?.throwIfAborted();
    for (let i = 0; i < runs.length; i++) {
      const run = runs[(i + round) % runs.length];
      run.times.push(await advance(run, steps));
    }
  }
  const plain = runs.find(({ id }) => id === "sgd")!.times;
  for (const { state } of runs) discard(state);
  return {
    part: "speed",
    times: runs.map(({ id, times }) => ({
      arm: id,
      milliseconds: laterMedian(times),
      ratioToSgd: laterMedian(times.map((t, round) => t / plain[round])),
    })),
  };
}
