/*
 * A training run that may be interrupted.
 *
 * Trains a small network on the digits with a validation set and early stopping: once in one go, and once stopped after some epochs, where
 * state and history are saved, read again by a fresh step, and trained on. Both end with the same parameters, bit for bit.
 *
 *     npx node --conditions=minimand-source examples/train-and-resume.ts
 */

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { defaultDevice, init } from "@jax-js/jax";
import { dataFile } from "@minimand/data";
import {
  adamw,
  type BatchLoss,
  crossEntropy,
  disposeState,
  type Examples,
  loadState,
  minibatches,
  mlp,
  objectiveOf,
  type SupervisedState,
  saveState,
  supervised,
  type TrainOptions,
  train,
  validationOn,
} from "minimand";
import { keyOf, leavesOf } from "minimand/engine";
import { metricById } from "minimand/metrics";

/** What came out. */
export interface ResumedResult {
  epochs: number;
  bestEpoch: number;
  /** Shares of the validation rows. */
  accuracy: number;
  /** Bytes of the saved state. */
  bytes: number;
  /** Whether both runs end with the same history, best epoch and parameters. */
  equal: boolean;
}

export async function trainAndResume({ epochs = 60, patience = 8, cut = 10 } = {}): Promise<ResumedResult> {
  const rows = await digits();
  const [training, held] = [part(rows, (row) => row % 4 > 0), part(rows, (row) => row % 4 === 0)];
  const folder = await mkdtemp(join(tmpdir(), "minimand-resume-"));
  const file = (name: string): string => join(folder, name);

  const whole = run(training, held);
  const { state, history, bestEpoch } = await whole.train({ state: whole.start(), epochs, patience });

  // The same again, but the program ends after a few epochs. What it has saved of each is enough to go on.
  const first = run(training, held);
  const stopped = await first.train({
    state: first.start(),
    epochs,
    patience,
    async onEpoch({ epoch, best, state: reached }) {
      const bytes = await saveState(first.step, reached);
      await writeFile(file("last.safetensors"), bytes);
      if (best) await writeFile(file("best.safetensors"), bytes);
      return epoch + 1 < cut;
    },
  });
  await writeFile(file("history.json"), JSON.stringify(stopped.history));

  const fresh = run(training, held);
  const bytes = await readFile(file("last.safetensors"));
  const resumed = await fresh.train({
    epochs,
    patience,
    state: loadState(fresh.step, bytes),
    best: loadState(fresh.step, await readFile(file("best.safetensors"))),
    history: JSON.parse(await readFile(file("history.json"), "utf8")),
  });

  const equal =
    JSON.stringify([resumed.history, resumed.bestEpoch, numbersOf(resumed.state)]) ===
    JSON.stringify([history, bestEpoch, numbersOf(state)]);
  for (const each of [state, stopped.state, resumed.state]) disposeState(each);
  for (const { dispose } of [whole, first, fresh]) dispose();
  await rm(folder, { recursive: true });
  const accuracy = history[bestEpoch].validation as number;
  return { epochs: history.length, bestEpoch, accuracy, bytes: bytes.length, equal };
}

type State = SupervisedState<{ learningRate: number }>;

/** A network, its step and its data: made anew in every program that trains it. */
function run(training: Examples, held: Examples) {
  const model = mlp({ inputs: 64, hidden: [32], outputs: 10 });
  const loss: BatchLoss = (logits, labels, { weights }) => crossEntropy(logits, labels, { weights });
  const step = supervised({
    model,
    objective: objectiveOf(model, loss),
    optimizer: ({ learningRate }) => adamw(learningRate),
    hyper: { learningRate: 0.005 },
  });
  const data = minibatches(training, { size: 64, seed: 1 });
  const validation = validationOn({
    step,
    model,
    metric: metricById("accuracy"),
    data: minibatches(held, { size: 64, seed: 1 }),
  });
  return {
    step,
    start: () => step.init(keyOf(1)),
    train: (options: Omit<TrainOptions<State>, "step" | "data">) =>
      train({
        step,
        data,
        validation,
        ...options,
        // A half cosine down to 0.
        schedule: (epoch, epochs) => (1 + Math.cos((Math.PI * epoch) / epochs)) / 2,
      }),
    dispose() {
      validation.dispose();
      step.dispose();
    },
  };
}

const numbersOf = ({ params }: Pick<SupervisedState, "params">): number[][] =>
  leavesOf(params).map((leaf) => [...leaf.ref.dataSync()]);

/** Images of 8 x 8 pixels, and what digit each one is. */
async function digits(): Promise<Examples & { y: Int32Array }> {
  const text = gunzipSync(await readFile(dataFile("digits.csv.gz"))).toString();
  const [, ...lines] = text.trim().split("\n");
  const cells = lines.map((line) => line.split(",").map(Number));
  return {
    x: Float32Array.from(cells.flatMap((row) => row.slice(0, 64).map((pixel) => pixel / 16))),
    shape: [64],
    y: Int32Array.from(cells, (row) => row[64]),
    classes: 10,
  };
}

function part(
  { x, y, ...rest }: Examples & { y: Int32Array },
  isIn: (row: number) => boolean,
): Examples & { y: Int32Array } {
  const rows = [...y.keys()].filter(isIn);
  return {
    ...rest,
    x: Float32Array.from(rows.flatMap((row) => [...x.subarray(64 * row, 64 * (row + 1))])),
    y: Int32Array.from(rows, (row) => y[row]),
  };
}

if (import.meta.main) {
  await init("wasm");
  defaultDevice("wasm");
  const { epochs, bestEpoch, accuracy, bytes, equal } = await trainAndResume();
  console.log(`${epochs} epochs, the best of them number ${bestEpoch + 1}`);
  console.log(`validation accuracy ${(100 * accuracy).toFixed(1)} %`);
  console.log(`a saved state has ${(bytes / 1024).toFixed(0)} KiB`);
  console.log(`interrupted and resumed: ${equal ? "equal, bit for bit" : "something else came out"}`);
}
