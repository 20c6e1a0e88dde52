import { random } from "@jax-js/jax";
import { minibatches, type SupervisedState, type TrainStep } from "minimand";
import { randomSource, shuffle } from "minimand/engine";
import { laterMedian } from "../../kit/statistics.ts";
import { discard } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";
import { arms } from "./arms.ts";
import { networkOf } from "./network.ts";
import { startOf } from "./programs.ts";
import { speedShapes, timing } from "./settings.ts";

/** Updates of all arms in turn, in one thread, by programs made anew: one start of several. */
export interface SpeedSpec {
  part: "speed";
  start: number;
  rounds: number;
  shape: keyof typeof speedShapes;
}

/** Times by arm. These, and these alone, differ from run to run. */
export interface SpeedResult {
  part: "speed";
  times: ArmTime[];
}

interface ArmTime {
  arm: string;
  milliseconds: number;
  ratioToSgd: number;
}

const timed = arms.filter(({ id }) => !["average", "sgd-usual", "saf-usual"].includes(id));

/** Medians over rounds of interleaved updates, so that a machine that slows down slows all. */
export async function speedTrial(
  { start, rounds, shape }: SpeedSpec,
  { compile, signal }: TrialHost,
): Promise<SpeedResult> {
  const { rows, inputs, architecture } = speedShapes[shape];
  const { steps, warmUp } = timing;
  const classes = 10;
  const next = randomSource(start);
  const examples = 4 * rows;
  const x = Float32Array.from({ length: examples * inputs }, () => 2 * next() - 1);
  const y = Int32Array.from({ length: examples }, () => Math.floor(next() * classes));
  const batches = minibatches({ x, shape: [inputs], y, classes }, { size: rows, seed: start });
  const runs = timed.map((arm) => {
    const step: TrainStep<SupervisedState> = arm.make(networkOf(architecture, { inputs, classes }), compile);
    const given = { stepsPerEpoch: batches.perEpoch, examples, classes };
    const { hyper, memory } = startOf(arm, arm.first[0], given);
    return {
      id: arm.id,
      step,
      state: step.init(random.key(start), { hyper, memory }),
      times: [] as number[],
    };
  });
  const advance = async (run: (typeof runs)[number]): Promise<number> => {
    let taken = 0;
    const epochs = Math.ceil(steps / batches.perEpoch);
    for (let i = 0; i < epochs; i++) {
      for (const batch of batches.epoch(i)) {
        // Packing a batch is not the step's.
        const started = performance.now();
        const [state, { loss }] = run.step.update(run.state, batch);
        run.state = state;
        await loss.data();
        taken += performance.now() - started;
      }
    }
    return taken / (batches.perEpoch * epochs);
  };
  for (let round = -warmUp; round < rounds; round++) {
    signal?.throwIfAborted();
    // Garbage is collected about once a round: in the same order each time one arm would meet it all.
    for (const i of shuffle([...runs.keys()], next)) {
      const taken = await advance(runs[i]);
      if (round >= 0) runs[i].times.push(taken);
    }
  }
  const plain = runs.find(({ id }) => id === "sgd")!.times;
  for (const { step, state } of runs) {
    discard(state);
    step.dispose();
  }
  return {
    part: "speed",
    times: runs.map(({ id, times }) => ({
      arm: id,
      milliseconds: laterMedian(times),
      ratioToSgd: laterMedian(times.map((t, round) => t / plain[round])),
    })),
  };
}

/** Medians over all starts, and the smallest and the largest ratio of a start. */
export function timesOf(starts: readonly SpeedResult[]): (ArmTime & { least: number; most: number })[] {
  return timed.map(({ id: arm }) => {
    const own = starts.flatMap(({ times }) => times.filter((time) => time.arm === arm));
    const ratios = own.map(({ ratioToSgd }) => ratioToSgd);
    return {
      arm,
      milliseconds: laterMedian(own.map(({ milliseconds }) => milliseconds)),
      ratioToSgd: laterMedian(ratios),
      least: Math.min(...ratios),
      most: Math.max(...ratios),
    };
  });
}
