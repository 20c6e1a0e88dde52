import { type Model, minibatches, mlp, sgd } from "minimand";
import { derive } from "minimand/engine";
import { flat } from "minimand/models";
import { accuracyOf, logitsOf } from "../../kit/accuracy.ts";
import { convolutions } from "../../kit/convolutions.ts";
import { batchCrossEntropy, networksOf } from "../../kit/networks.ts";
import { part } from "../../kit/part.ts";
import type { Draw, Labelled } from "../../kit/rows.ts";
import { discard, keyFor, trainNetwork } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";
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

/** Makes a network with batch normalisation: an MLP, or convolutions on square images. */
function teacherOf(layers: Hidden, inputs: number, classes: number): Model {
  if ("hidden" in layers)
    return flat(mlp({ inputs, hidden: layers.hidden, outputs: classes, batchNorm: true }));
  return convolutions(layers.channels, { inputs, outputs: classes });
}
