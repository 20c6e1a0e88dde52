import { minibatches, mlp, predictor } from "minimand";
import { derive } from "minimand/engine";
import { flat } from "minimand/models";
import { logitsOf } from "../../kit/accuracy.ts";
import { named } from "../../kit/named.ts";
import type { Network } from "../../kit/networks.ts";
import { type MeasuredBy, trialOf } from "../../kit/parts.ts";
import { programsOf } from "../../kit/programs.ts";
import type { Draw, Labelled } from "../../kit/rows.ts";
import { cosine } from "../../kit/schedules.ts";
import { discard, keyFor, trainOrNull } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";
import { type Loss, stepOf } from "./arms.ts";
import { prepare } from "./data.ts";
import { type Cell, cells } from "./settings.ts";
import { tailTrial } from "./tail-study.ts";

/** One network trained with one loss on one split. */
export interface CellSpec extends Pick<Draw, "seed" | "judge"> {
  kind: "cell";
  cell: string;
  loss: Loss;
  learningRate: number;
  epochs: number;
}

/** Accuracies, and the curve of the judged one. */
export interface CellResult {
  accuracy: number;
  trainAccuracy: number;
  curve: { epoch: number; accuracy: number }[];
  /** Training came upon a number that is not finite; the accuracies are 0. */
  diverged: boolean;
}

const batchSize = 128;
const points = 10;

/** Trains and judges one network; the same spec gives the same result. */
export async function cellTrial(spec: CellSpec, host: TrialHost): Promise<CellResult> {
  const cell = named(cells, spec.cell, "cell");
  const { train, judged } = await prepare(cell, spec.seed, spec.judge, host);
  const network = networkFor(spec.loss, train.shape[0], cell, host.compile);
  const { learningRate, epochs } = spec;
  const curve: CellResult["curve"] = [];
  const state = await trainOrNull({
    step: network.step,
    state: network.step.init(keyFor(spec.seed, 3), { hyper: { learningRate } }),
    batches: minibatches(train, { size: batchSize, seed: derive(spec.seed, 2) }),
    epochs,
    schedule: cosine,
    signal: host.signal,
    async after(now, epoch) {
      if ((epoch + 1) % Math.ceil(epochs / points) !== 0 && epoch + 1 !== epochs) return;
      const accuracy = signAccuracy(await logitsOf(network, now, judged), judged);
      curve.push({ epoch: epoch + 1, accuracy });
    },
  });
  if (state === null) return { accuracy: 0, trainAccuracy: 0, curve: [], diverged: true };
  const trainAccuracy = signAccuracy(await logitsOf(network, state, train), train);
  discard(state);
  return { accuracy: curve[curve.length - 1].accuracy, trainAccuracy, curve, diverged: false };
}

/** Share of rows whose score has the sign of their class. */
export const signAccuracy = (scores: ArrayLike<number>, { y }: Pick<Labelled, "y">): number =>
  y.filter((label, i) => Number(scores[i] > 0) === label).length / y.length;

const networks = programsOf<Network>();

/** One compiled step per loss and shape serves all learning rates and seeds of a thread. */
function networkFor(
  loss: Loss,
  inputs: number,
  { depth, width, weightDecay }: Cell,
  compile: TrialHost["compile"],
): Network {
  return networks(compile, [loss, inputs, depth, width, weightDecay].join(" "), () => {
    const hidden = Array.from({ length: depth }, () => width);
    const model = flat(mlp({ inputs, hidden, outputs: 1, batchNorm: true }));
    return { step: stepOf(loss, model, weightDecay, compile), predict: predictor(model, compile) };
  });
}

/** One trial of either part. */
export const trial = trialOf({ cell: cellTrial, tail: tailTrial }, "kind");
export type Measured = MeasuredBy<typeof trial>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

/** What a trial is called in the progress. */
export function describe(spec: Spec): string {
  const place = spec.kind === "cell" ? spec.cell : "tail study";
  return `${place}: ${spec.loss}, seed ${spec.seed}`;
}
