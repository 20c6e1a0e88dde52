import { random } from "@jax-js/jax";
import {
  crossEntropy,
  fit,
  flat,
  minibatches,
  mlp,
  objectiveOf,
  predictor,
  type SupervisedState,
  sgd,
  supervised,
  type TrainStep,
} from "minimand";
import { derive, disposeTree } from "minimand/engine";
import { programsOf } from "../programs.ts";
import type { TrialHost } from "../reproduction.ts";
import { type Prepared, prepare } from "./data.ts";
import { accuracyOf, logitsOf, type Predict } from "./forward.ts";
import { decayed, momentum, part, teacher, weightDecay } from "./settings.ts";

/** The rows of a seed, its teacher's logits on the student's rows, and the teacher's accuracy. */
export interface Taught extends Prepared {
  logits: Float32Array;
  teacherAccuracy: number;
}

const programs = programsOf<{ step: TrainStep<SupervisedState>; predict: Predict }>();

/** The last seed of a thread is kept: trials come seed by seed, and its teacher serves them all. */
let last: { key: string; compile: TrialHost["compile"]; taught: Promise<Taught> } | null = null;

/** Trains the teacher of a seed with cross-entropy; the same arguments give the same teacher. */
export function taughtBy(
  spec: { seed: number; judge: "test" | "tune"; fraction: number },
  host: TrialHost,
): Promise<Taught> {
  const key = [spec.seed, spec.judge, spec.fraction].join(" ");
  if (last?.key !== key || last.compile !== host.compile)
    last = { key, compile: host.compile, taught: trainTeacher(spec, host) };
  return last.taught;
}

async function trainTeacher(spec: Parameters<typeof taughtBy>[0], host: TrialHost): Promise<Taught> {
  const prepared = prepare(await host.dataset("letter"), spec);
  const { inputs, classes } = prepared;
  const { step, predict } = programs(host.compile, `${inputs} ${classes}`, () => {
    const model = flat(mlp({ inputs, hidden: teacher.hidden, outputs: classes, batchNorm: true }));
    const objective = objectiveOf(model, (f, y, { weights }) => crossEntropy(f, y, { weights }));
    return {
      step: supervised({
        model,
        objective,
        optimizer: ({ learningRate }) => sgd(learningRate, { momentum, weightDecay }),
        compile: host.compile,
      }),
      predict: predictor(model, host.compile),
    };
  });
  const batches = minibatches(prepared.teacher, { size: teacher.batch, seed: derive(spec.seed, 2) });
  const epochs = part(teacher.epochs, spec.fraction, 6);
  let state = step.init(random.key(derive(spec.seed, 3) | 0), {
    hyper: { learningRate: teacher.learningRate },
  });
  for (let epoch = 0; epoch < epochs; epoch++) {
    state = { ...state, hyper: { learningRate: decayed(teacher.learningRate, epoch, epochs) } };
    state = await fit({ step, state, batches: batches.epoch(epoch), signal: host.signal });
  }
  const of = (examples: Prepared["student"]) =>
    logitsOf(predict, step.params(state), step.modelState(state), examples, classes);
  const logits = await of(prepared.student);
  const teacherAccuracy = accuracyOf(await of(prepared.judged), prepared.judged.y);
  disposeTree([state.params, state.optimizer, state.modelState]);
  return { ...prepared, logits, teacherAccuracy };
}
