import type { numpy as np } from "@jax-js/jax";
import {
  adamw,
  fit,
  minibatches,
  mlp,
  predictor,
  type SupervisedOptions,
  type SupervisedState,
} from "minimand";
import { type Compile, keyOf } from "minimand/engine";
import { outputsOf } from "../../kit/accuracy.ts";
import type { Network } from "../../kit/networks.ts";
import { part } from "../../kit/part.ts";
import { programsOf } from "../../kit/programs.ts";
import type { Draw } from "../../kit/rows.ts";
import { discard, fullBatches, unlessDiverged } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";
import { armOf, type Setting, type TransferArm } from "./arms.ts";
import { type Prepared, prepare } from "./data.ts";
import { domainOf } from "./domains.ts";
import { attack, regimes, type Shape, transfer } from "./settings.ts";

/** One arm on one draw of one domain. */
export interface TransferSpec extends Draw {
  part: "transfer";
  arm: string;
  setting: Setting;
  domain: string;
  shape: Shape;
  m: number;
}

export interface TransferResult {
  part: "transfer";
  /** 0 where training diverged. */
  accuracy: number;
  /** Of a linear model: share of rows that are right however they are moved by at most each radius; else empty. */
  attacked: number[];
}

const networks = programsOf<Network>();

function networkFor(
  arm: TransferArm,
  { inputs, classes }: Prepared,
  shape: Shape,
  compile: Compile | undefined,
): Network {
  return networks(compile, `${arm.id} ${inputs} ${classes} ${shape}`, () => {
    const model = mlp({ inputs, hidden: transfer.hidden[shape], outputs: classes });
    const optimizer: SupervisedOptions["optimizer"] = (hyper) =>
      adamw(hyper.learningRate, { weightDecay: hyper.weightDecay });
    const { unlabeledBatch } = transfer;
    return {
      step: arm.make({ model, optimizer, compile, unlabeledBatch }),
      predict: predictor(model, compile),
    };
  });
}

/** Trains and judges; equal seeds share rows and start. */
export async function transferTrial(spec: TransferSpec, host: TrialHost): Promise<TransferResult> {
  const arm = armOf(spec.arm);
  const rows = await prepare(spec, host);
  const { step, predict } = networkFor(arm, rows, spec.shape, host.compile);
  const steps = part(regimes[domainOf(spec.domain).regime].steps, spec.fraction, 20);
  const batches = minibatches(
    { x: rows.x, shape: [rows.inputs], y: rows.y, classes: rows.classes },
    { size: rows.y.length, seed: 0 },
  );
  const { learningRate } = transfer;
  const hyper = { learningRate, weightDecay: 0, ...arm.hyper?.(spec.fraction), ...spec.setting };
  const memory: { [name: string]: Float32Array } = arm.unlabeled ? { unlabeled: rows.u } : {};
  const state = await unlessDiverged(
    fit({
      step,
      state: step.init(keyOf(spec.seed, 21), { hyper, memory }),
      batches: fullBatches(batches, steps),
      signal: host.signal,
    }),
  );
  if (state === null) return { part: "transfer", accuracy: 0, attacked: [] };
  const margins = await marginsOf(predict, state, rows);
  const norm = spec.shape === "linear" ? await normOf(state) : null;
  discard(state);
  const beyond = (least: number): number => margins.filter((v) => v > least).length / margins.length;
  return {
    part: "transfer",
    accuracy: beyond(0),
    attacked: norm === null ? [] : attack.radii.map((radius) => beyond(radius * norm)),
  };
}

/** `f_y` less the largest of the others, of the judged rows. */
async function marginsOf(
  predict: Network["predict"],
  state: SupervisedState,
  { judged: { x, y }, inputs, classes }: Prepared,
): Promise<number[]> {
  const f = await outputsOf(predict, state, { x, shape: [inputs] }, 100);
  return Array.from(y, (label, i) => {
    const own = f.subarray(i * classes, (i + 1) * classes);
    return own[label] - Math.max(...own.filter((_, k) => k !== label));
  });
}

/** The norm of the weights of the difference of the two logits of a linear model. */
async function normOf({ params }: SupervisedState): Promise<number> {
  const [{ weight }] = params as unknown as [{ weight: np.Array }];
  const w = await weight.ref.data();
  let sum = 0;
  for (let j = 0; j < w.length / 2; j++) sum += (w[2 * j + 1] - w[2 * j]) ** 2;
  return Math.sqrt(sum);
}
