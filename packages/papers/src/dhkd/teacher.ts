import {
  batchNorm,
  conv2d,
  dense,
  flat,
  flatten,
  type Model,
  minibatches,
  mlp,
  relu,
  sequential,
  sgd,
} from "minimand";
import { derive } from "minimand/engine";
import { accuracyOf, logitsOf } from "../kit/accuracy.ts";
import { batchCrossEntropy, networksOf } from "../kit/networks.ts";
import { part } from "../kit/part.ts";
import type { Draw, Labelled } from "../kit/rows.ts";
import { discard, keyFor, trainNetwork } from "../kit/train-network.ts";
import type { TrialHost } from "../reproduction.ts";
import { type Prepared, prepare } from "./data.ts";
import {
  chunk,
  type Hidden,
  type Material,
  momentum,
  regimes,
  schedule,
  tuningSeeds,
  weightDecay,
} from "./settings.ts";

/** The rows of a seed, its teacher's logits on the student's rows, and the teacher's accuracy. */
export interface Taught extends Prepared {
  logits: Float32Array;
  teacherAccuracy: number;
}

const networks = networksOf();

/**
 * The last seeds of a thread, the newest first. A seed's teacher serves all its students: those of a run come seed by seed, and each round of
 * tuning comes back to the same few seeds.
 */
let last: { key: string; compile: TrialHost["compile"]; taught: Promise<Taught> }[] = [];
const kept = Math.max(...Object.values(tuningSeeds).map((seeds) => seeds.length));

/** Trains the teacher of a seed with cross-entropy; the same arguments give the same teacher. */
export function taughtBy(spec: Draw & { material: Material }, host: TrialHost): Promise<Taught> {
  const { compile } = host;
  const key = [spec.material, spec.seed, spec.judge, spec.fraction].join(" ");
  const found = last.find((one) => one.key === key && one.compile === compile);
  const own = found ?? { key, compile, taught: trainTeacher(spec, host) };
  last = [own, ...last.filter((one) => one !== own)].slice(0, kept);
  return own.taught;
}

async function trainTeacher(spec: Draw & { material: Material }, host: TrialHost): Promise<Taught> {
  const prepared = await prepare(spec.material, spec, host);
  const { teacher } = regimes[spec.material];
  const {
    shape: [inputs],
    classes,
  } = prepared.teacher;
  const network = networks(host.compile, `${inputs} ${classes}`, () => ({
    model: teacherOf(teacher, inputs, classes),
    loss: batchCrossEntropy,
    optimizer: ({ learningRate }) => sgd(learningRate, { momentum, weightDecay }),
  }));
  const { learningRate } = teacher;
  const state = await trainNetwork({
    step: network.step,
    state: network.step.init(keyFor(spec.seed, 3), { hyper: { learningRate } }),
    batches: minibatches(prepared.teacher, { size: teacher.batch, seed: derive(spec.seed, 2) }),
    epochs: part(teacher.epochs, spec.fraction, 6),
    schedule,
    signal: host.signal,
  });
  const of = (examples: Labelled) => logitsOf(network, state, examples, chunk);
  const logits = await of(prepared.student);
  const teacherAccuracy = accuracyOf(await of(prepared.judged), prepared.judged.y);
  discard(state);
  return { ...prepared, logits, teacherAccuracy };
}

/** With batch normalisation: an MLP, or convolutions of 3 x 3 on square images, those after the first of stride 2. */
function teacherOf(layers: Hidden, inputs: number, classes: number): Model {
  if ("hidden" in layers)
    return flat(mlp({ inputs, hidden: layers.hidden, outputs: classes, batchNorm: true }));
  const { channels } = layers;
  const side = Math.sqrt(inputs);
  const convolutions = channels.flatMap((outputs, i) => [
    conv2d({
      ...{ inputs: channels[i - 1] ?? 1, outputs, kernel: 3 },
      ...{ padding: "same", stride: i === 0 ? 1 : 2 },
    } as const),
    batchNorm(outputs),
    relu,
  ]);
  const last = channels.reduce((size, _, i) => (i === 0 ? size : Math.ceil(size / 2)), side);
  return sequential([
    (x) => x.reshape([x.shape[0], side, side, 1]),
    ...convolutions,
    flatten(),
    dense({ inputs: channels[channels.length - 1] * last ** 2, outputs: classes }),
  ]);
}
