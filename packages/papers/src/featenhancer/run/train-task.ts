import { withEnhancer } from "@minimand/lab/vision";
import { adam, chain, minibatches, type SupervisedState } from "minimand";
import { derive, disposeTree, refTree, type Tree } from "minimand/engine";
import { clipByGlobalNorm } from "minimand/optimizers";
import { someBatches } from "minimand/training";
import { outputsOf } from "../../kit/accuracy.ts";
import { type Network, type NetworkParts, networksOf } from "../../kit/networks.ts";
import { cosine } from "../../kit/schedules.ts";
import { median } from "../../kit/statistics.ts";
import { keyFor, trainOrNull } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";
import type { Canvases } from "./canvases.ts";
import { enhancerOf, type Fixed } from "./front-ends.ts";
import { batch, chunk, clip, looksAt, pieces, scene } from "./settings.ts";
import { type TaskName, tasks } from "./tasks.ts";

/** How good a network is after some steps. */
export interface Mark {
  steps: number;
  score: number;
}

/** What training comes to. */
export interface Training {
  task: TaskName;
  arm: string;
  front: Fixed;
  train: Canvases;
  /** What it is judged by. */
  judged: Canvases;
  seed: number;
  steps: number;
  learningRate: number;
  /** The head to start from, looked at; by default a fresh one, the same for all arms of a seed. */
  head?: Tree;
}

export interface Trained {
  curve: Mark[];
  /** Of the last step; what seeing nothing is worth where training came upon a number that isn't finite. */
  score: number;
  collapsed: boolean;
  /** Median time of a step. */
  milliseconds: number;
  /** The trained network, the caller's; null where training diverged. */
  variables: Variables | null;
}

const networks = networksOf();

/** Compiled step and forward pass of an arm: all whose front ends aren't trained share theirs. */
export function networkFor({ task, arm }: Pick<Training, "task" | "arm">, host: TrialHost): Network {
  const enhancer = enhancerOf(arm);
  return networks(host.compile, enhancer === null ? task : `${task} ${arm}`, (): NetworkParts => {
    const { head, loss } = tasks[task];
    return {
      model: enhancer === null ? head : withEnhancer(enhancer, head),
      loss,
      optimizer: ({ learningRate }) => chain(clipByGlobalNorm(clip), adam(learningRate)),
    };
  });
}

/** Parameters to start from. */
function startOf({ task, arm, seed, head }: Training): Tree {
  const own = head === undefined ? tasks[task].head.init(keyFor(seed, 3)).params : refTree(head);
  const enhancer = enhancerOf(arm);
  return enhancer === null ? own : { enhancer: enhancer.init(keyFor(seed, 4)).params, model: own };
}

const shape = [scene.side, scene.side, 1];
const pixels = scene.side ** 2;

/** Parameters and state of a trained network. */
export type Variables = Pick<SupervisedState, "params" | "modelState">;

/** What a network says of canvases. */
export const outputsOn = (
  network: Network,
  variables: Variables,
  seen: Float32Array,
): Promise<Float32Array> =>
  outputsOf(network.predict, variables, { x: seen, shape }, Math.min(chunk, seen.length / pixels));

/** Trains an arm with a cosine, looking at it on the way; equal seeds share canvases, start of the head and batches. */
export async function trainTask(training: Training, host: TrialHost): Promise<Trained> {
  const { task, front, train, judged, seed, steps, learningRate } = training;
  const { targets, score, collapsed } = tasks[task];
  const network = networkFor(training, host);
  const seen = front(judged);
  const examples = { x: front(train), shape, ...targets(train) };
  const stream = someBatches(minibatches(examples, { size: batch, seed: derive(seed, 5) }), steps);
  const fresh = network.step.init(keyFor(seed, 3), { hyper: { learningRate } });
  disposeTree(fresh.params);
  const state: SupervisedState = { ...fresh, params: startOf(training) };

  const curve: Mark[] = [];
  const times: number[] = [];
  const parts = Math.min(pieces, steps);
  const looks = new Set(looksAt.map((share) => Math.max(1, Math.round(share * parts))));
  const end = (piece: number): number => Math.round(((piece + 1) / parts) * steps);
  let started = 0;
  const look = async (now: SupervisedState): Promise<number> =>
    score(await outputsOn(network, now, seen), judged);
  const trained = await trainOrNull({
    step: network.step,
    state,
    epochs: parts,
    schedule: cosine,
    signal: host.signal,
    batches: {
      *epoch(piece) {
        started = performance.now();
        for (let at = end(piece - 1); at < end(piece); at++) {
          const { value } = stream.next();
          if (value) yield value;
        }
      },
    },
    async after(now, piece) {
      times.push((performance.now() - started) / (end(piece) - end(piece - 1)));
      if (looks.has(piece + 1)) curve.push({ steps: end(piece), score: await look(now) });
    },
  });
  const floor = collapsed(judged);
  if (trained === null)
    return { curve, score: floor, collapsed: true, milliseconds: median(times), variables: null };
  const last = curve[curve.length - 1].score;
  const { params, optimizer, modelState } = trained;
  disposeTree(optimizer);
  return {
    curve,
    score: last,
    collapsed: last <= floor,
    milliseconds: median(times),
    variables: { params, modelState },
  };
}
