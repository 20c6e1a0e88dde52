import { numpy as np, random } from "@jax-js/jax";
import { marginLoss, minibatches, mlp, sgd } from "minimand";
import { derive, randomSource } from "minimand/engine";
import { expHingeLoss, invHingeLoss, invLogHingeLoss, logHingeLoss } from "minimand/losses";
import { networkOf } from "../../kit/networks.ts";
import { normals } from "../../kit/normals.ts";
import { range } from "../../kit/rows.ts";
import { discard } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";

/** Losses that are `1 - z` up to margin 1 and differ beyond; the first is not bounded below. */
export const tailLosses = {
  "log hinge": logHingeLoss,
  "inverse-log hinge": invLogHingeLoss,
  "inverse hinge": invHingeLoss,
  "exp hinge": expHingeLoss,
};
export type TailLoss = keyof typeof tailLosses;
export const tailNames = Object.keys(tailLosses) as TailLoss[];

/** A linear classifier on separable data by full-batch gradient descent, learning rate 1. */
export interface TailSpec {
  kind: "tail";
  loss: TailLoss;
  steps: number;
  seed: number;
}

/** Training risk and test accuracy along the way. */
export interface TailResult {
  path: { step: number; risk: number; accuracy: number }[];
}

const inputs = 20;
const trainRows = 200;
const testRows = 2000;
/** No example is nearer to the separating plane than this. */
const gap = 0.1;
const checks = 40;

/** Trains one linear classifier; the same spec gives the same result, equal seeds share the data. */
export async function tailTrial(
  { loss, steps, seed }: TailSpec,
  { compile }: Pick<TrialHost, "compile"> = {},
): Promise<TailResult> {
  const { x, y } = separable(trainRows + testRows, seed);
  const test = { x: x.slice(trainRows * inputs), y: y.slice(trainRows) };
  const train = { x: x.slice(0, trainRows * inputs), y: y.slice(0, trainRows), shape: [inputs], classes: 2 };
  const { step, predict } = networkOf(
    {
      model: mlp({ inputs, hidden: [], outputs: 1, initial: "zeros" }),
      loss: (f, labels, { weights }) => marginLoss(f, labels, tailLosses[loss], { weights }),
      optimizer: sgd(1),
    },
    compile,
  );
  const batches = minibatches(train, { size: trainRows, seed: 0 });
  const all = range(trainRows);
  let state = step.init(random.key(0));
  const path: TailResult["path"] = [];
  for (let i = 1; i <= steps; i++) {
    const [next, metrics] = step.update(state, batches.at(all));
    state = next;
    const risk = (await metrics.loss.data())[0];
    if (i % Math.ceil(steps / checks) !== 0 && i !== steps) continue;
    const rows = np.array(new Float32Array(test.x), { shape: [testRows, inputs] });
    const scores = await predict(state.params, state.modelState, rows).data();
    const right = test.y.filter((label, row) => Number(scores[row] > 0) === label).length;
    path.push({ step: i, risk, accuracy: right / testRows });
  }
  discard(state);
  step.dispose();
  predict.dispose();
  return { path };
}

/** Normal inputs, labelled by a random hyperplane through 0, none within the gap. */
function separable(rows: number, seed: number): { x: Float32Array; y: Int32Array } {
  const normal = normals(randomSource(derive(seed, 4)));
  const direction = Array.from({ length: inputs }, normal);
  const norm = Math.hypot(...direction);
  const x = new Float32Array(rows * inputs);
  const y = new Int32Array(rows);
  for (let row = 0; row < rows; ) {
    const point = Array.from({ length: inputs }, normal);
    const distance = point.reduce((s, v, j) => s + v * direction[j], 0) / norm;
    if (Math.abs(distance) < gap) continue;
    x.set(point, row * inputs);
    y[row] = Number(distance > 0);
    row++;
  }
  return { x, y };
}
