import { numpy as np } from "@jax-js/jax";
import {
  type LinearRssRun,
  linearRssTrainer,
  meanDirection,
  shareInsideHat,
} from "@minimand/lab/self-training";
import { gaussianMixtureRisk } from "@minimand/lab/theory";
import { adamw, fit, minibatches } from "minimand";
import { type Compile, derive, keyOf, randomSource } from "minimand/engine";
import { linear } from "minimand/models";
import { dot } from "../../kit/dot.ts";
import { batchCrossEntropy, networksOf } from "../../kit/networks.ts";
import { normalPairs } from "../../kit/normals.ts";
import { part } from "../../kit/part.ts";
import { programsOf } from "../../kit/programs.ts";
import { discard, fullBatches, unlessDiverged } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";
import type { MixtureArm, Setting } from "./arms.ts";
import { mixture } from "./settings.ts";

/** One arm on one draw of the simulation. */
export interface MixtureSpec {
  part: "mixture";
  arm: MixtureArm;
  setting: Setting;
  m: number;
  n: number;
  shift: number;
  seed: number;
  fraction: number;
}

export interface MixtureResult {
  part: "mixture";
  /** Exact, in the labelled domain; 0 where training diverged. */
  accuracy: number;
  /** Accuracy of the mean of y x, where all start. */
  start: number;
  /** Share of unlabelled points in the hat at the end; null for arms of labelled points alone. */
  inside: number | null;
  iterations: number;
}

/** Draws and trains; the same spec gives the same result. Seeds and m share labelled points, with n and shift the others. */
export async function mixtureTrial(spec: MixtureSpec, host: TrialHost): Promise<MixtureResult> {
  const d = part(mixture.dimension, spec.fraction, 20);
  const { m, n, shift, seed, arm, setting } = spec;
  const draw = sample({ d, m, n, shift, seed });
  const accuracyOf = (w: ArrayLike<number>): number => {
    const cosine = dot(w, draw.mu) / Math.sqrt(dot(w, w) * dot(draw.mu, draw.mu));
    return (
      1 - gaussianMixtureRisk({ muNorm: 1, sigma: mixture.sigma, cosine: Math.max(-1, Math.min(1, cosine)) })
    );
  };
  const start = accuracyOf(meanDirection(draw.x, draw.y));
  const none = { part: "mixture" as const, start, inside: null };
  if (arm === "mean") return { ...none, accuracy: start, iterations: 0 };
  const iterations = part(mixture.iterations, spec.fraction, 30);
  if (arm === "logistic") {
    const w = await logistic(draw, d, iterations, setting, host);
    return { ...none, accuracy: w === null ? 0 : accuracyOf(w), iterations };
  }
  const alone = arm === "drl";
  const batch = alone ? m : Math.min(n, mixture.batch);
  const trainer = trainerFor(arm, d, batch, host.compile);
  const run: LinearRssRun = { ...setting, iterations, seed: derive(seed, 7), signal: host.signal };
  if (alone) run.lambda = 0;
  const u = alone ? draw.x : draw.u;
  const trained = await unlessDiverged(trainer.train({ x: draw.x, y: draw.y, u }, run));
  if (trained === null) return { ...none, accuracy: 0, iterations: 0 };
  const inside = (): number => {
    const w = np.array(trained.w as Float32Array<ArrayBuffer>);
    const rows = np.array(draw.u as Float32Array<ArrayBuffer>, { shape: [n, d] });
    const share = shareInsideHat({ w }, rows, setting.gammaPrime ?? 0.3);
    w.dispose();
    return share;
  };
  return {
    part: "mixture",
    start,
    accuracy: accuracyOf(trained.w),
    inside: alone ? null : inside(),
    iterations: trained.iterations,
  };
}

const trainers = programsOf<ReturnType<typeof linearRssTrainer>>();

function trainerFor(arm: MixtureArm, inputs: number, unlabeledBatch: number, compile: Compile | undefined) {
  return trainers(compile, `${arm} ${inputs} ${unlabeledBatch}`, () =>
    linearRssTrainer({
      inputs,
      unlabeledBatch,
      compile,
      robustLabeled: arm !== "rss-plain",
      ...(arm === "frozen" && { frozenLabels: {} }),
      ...(arm === "repeated" && { frozenLabels: { every: 50 } }),
    }),
  );
}

const networks = networksOf();

/** Plain training of a linear classifier with decoupled weight decay; null where it diverged. */
async function logistic(
  { x, y }: Sample,
  d: number,
  iterations: number,
  { weightDecay = 0 }: Setting,
  host: TrialHost,
): Promise<Float64Array | null> {
  const { step } = networks(host.compile, String(d), () => ({
    model: linear({ inputs: d, outputs: 2 }),
    loss: batchCrossEntropy,
    optimizer: (hyper) => adamw(hyper.learningRate, { weightDecay: hyper.weightDecay }),
  }));
  const batches = minibatches({ x, shape: [d], y, classes: 2 }, { size: y.length, seed: 0 });
  const state = await unlessDiverged(
    fit({
      step,
      state: step.init(keyOf(0), { hyper: { learningRate: 0.05, weightDecay } }),
      batches: fullBatches(batches, iterations),
      signal: host.signal,
    }),
  );
  if (state === null) return null;
  const [{ weight }] = state.params as unknown as [{ weight: np.Array }];
  const values = (await weight.ref.data()) as Float32Array;
  discard(state);
  return Float64Array.from({ length: d }, (_, j) => values[2 * j + 1] - values[2 * j]);
}

interface Sample {
  /** Mean of the labelled domain, of unit norm. */
  mu: Float64Array;
  x: Float32Array;
  y: Int32Array;
  u: Float32Array;
}

/** Two Gaussians with means +-mu and, unlabelled, +-(mu + shift v), mu and v random unit vectors. */
function sample({ d, m, n, shift, seed }: Record<"d" | "m" | "n" | "shift" | "seed", number>): Sample {
  const labeled = normalPairs(randomSource(derive(seed, 1)));
  const other = normalPairs(randomSource(derive(seed, 2)));
  const signs = randomSource(derive(seed, 3));
  const unit = (z: () => number): Float64Array => {
    const v = Float64Array.from({ length: d }, z);
    const norm = Math.sqrt(dot(v, v));
    return v.map((c) => c / norm);
  };
  const mu = unit(labeled);
  const v = unit(other);
  const y = Int32Array.from({ length: m }, (_, i) => i % 2);
  const x = new Float32Array(m * d);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < d; j++) x[i * d + j] = (y[i] === 1 ? mu[j] : -mu[j]) + mixture.sigma * labeled();
  const u = new Float32Array(n * d);
  for (let i = 0; i < n; i++) {
    const sign = signs() < 0.5 ? -1 : 1;
    for (let j = 0; j < d; j++) u[i * d + j] = sign * (mu[j] + shift * v[j]) + mixture.sigma * other();
  }
  return { mu, x, y, u };
}
