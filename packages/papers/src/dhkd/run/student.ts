import { numpy as np } from "@jax-js/jax";
import {
  auxiliaryHead,
  crossEntropy,
  type DistillationLoss,
  distill,
  type FeatureModel,
  minibatches,
  mlp,
  predictor,
  type SupervisedState,
  sgd,
} from "minimand";
import { keyOf, refTree, type Tree } from "minimand/engine";
import { type NeuralCollapse, neuralCollapse } from "minimand/metrics";
import { gradientConflict } from "minimand/training";
import { inputsOf, type Predict } from "../../kit/accuracy.ts";
import type { Network } from "../../kit/networks.ts";
import { programsOf } from "../../kit/programs.ts";
import { type Labelled, taken } from "../../kit/rows.ts";
import { meanOrNull } from "../../kit/statistics.ts";
import type { TrialHost } from "../../reproduction.ts";
import type { Arm } from "./arms.ts";
import { momentum, weightDecay } from "./settings.ts";

/** Cosines between the gradients of cross-entropy and the distillation loss; null where they share no parameters. */
export interface Cosines {
  backbone: number | null;
  head: number | null;
}

/** The compiled programs of one arm. */
export interface Programs extends Network {
  model: FeatureModel;
  cosines(params: Tree, modelState: Tree, batch: ConflictBatch): Promise<Cosines>;
  features: Predict;
}

/** Rows whose gradients are compared. */
export interface ConflictBatch {
  x: np.Array;
  y: np.Array;
  teacherLogits: np.Array;
}

type ArmParts = Pick<Arm, "id" | "distillation" | "auxiliary" | "alignment">;

const programs = programsOf<Programs>();

/** One set of programs per arm and shape serves all configurations and seeds of a thread. */
export function programsFor(
  arm: ArmParts,
  { shape: [inputs], classes }: Labelled,
  hidden: readonly number[],
  compile: TrialHost["compile"],
): Programs {
  return programs(compile, [arm.id, inputs, classes, ...hidden].join(" "), () => {
    const model = mlp({ inputs, hidden, outputs: classes });
    const kind = arm.auxiliary;
    const auxiliary =
      kind === null ? undefined : auxiliaryHead({ features: model.featureSize, classes, kind });
    const step = distill({
      student: model,
      auxiliary,
      distillation: arm.distillation,
      gradientAlignment: arm.alignment,
      optimizer: ({ learningRate }) => sgd(learningRate, { momentum, weightDecay }),
      compile,
    });
    const forward = (part: "features" | "output"): FeatureModel => ({
      ...model,
      apply(variables, x, options) {
        const [both, state] = model.applyWithFeatures(variables, x, options);
        both[part === "features" ? "output" : "features"].dispose();
        return [both[part], state];
      },
    });
    return {
      model,
      step,
      predict: predictor(model, compile),
      features: predictor(forward("features"), compile),
      cosines: conflictOf(model, auxiliary, arm.distillation, hidden.length, compile),
    };
  });
}

/** The cosines of an arm's two losses on a batch: on the layers before the last, and on the last, main one. */
function conflictOf(
  model: FeatureModel,
  auxiliary: ReturnType<typeof auxiliaryHead> | undefined,
  distillation: DistillationLoss,
  hiddenLayers: number,
  compile: TrialHost["compile"],
): Programs["cosines"] {
  type Data = { modelState: Tree; key: np.Array; batch: Tree };
  const parts = (params: Tree, { modelState, key, batch }: Data) => {
    const { x, y, teacherLogits } = batch as unknown as ConflictBatch;
    const own = params as { student: Tree; auxiliary: Tree };
    const state = modelState as { student: Tree; auxiliary: Tree };
    const options = { training: true };
    const [{ features, output }] = model.applyWithFeatures(
      { params: own.student, state: state.student },
      x,
      options,
    );
    const weights = np.ones([y.shape[0]]);
    const logits =
      auxiliary?.apply({ params: own.auxiliary, state: state.auxiliary }, features, { ...options, key })[0] ??
      output.ref;
    return { output, y, weights, logits, teacherLogits };
  };
  const report = gradientConflict<Data>({
    primary(params, data) {
      const { output, y, weights } = parts(params, data);
      return crossEntropy(output, y, { weights }).mean();
    },
    auxiliary(params, data) {
      const { y, weights, logits, teacherLogits } = parts(params, data);
      return distillation(logits, teacherLogits, y, { weights, hyper: {} }).mean();
    },
    groups: {
      backbone: { student: layers(hiddenLayers, (i) => i < hiddenLayers) },
      head: { student: layers(hiddenLayers, (i) => i === hiddenLayers) },
    },
    compile,
  });
  return async (params, modelState, batch) => {
    const data = { modelState: refTree(modelState), key: keyOf(0), batch: batch as unknown as Tree };
    const { backbone, head } = await report(refTree(params), data);
    return { backbone, head };
  };
}

function layers(hiddenLayers: number, meant: (layer: number) => boolean): boolean[] {
  return Array.from({ length: hiddenLayers + 1 }, (_, i) => meant(i));
}

/** Cosines of the gradients on all rows, and their mean over some batches of an epoch. */
export interface Compared {
  all: Cosines;
  batches: Cosines;
}

/** Batches per epoch whose gradients are compared. */
export const comparedBatches = 4;

/** Whether gradients are compared after an epoch: after some five, evenly, in the second half. */
export const comparedAt = (epoch: number, epochs: number): boolean =>
  epoch >= epochs / 2 && (epochs - 1 - epoch) % Math.ceil(epochs / 10) === 0;

/** The epoch whose batches are compared, their size and their number. */
export interface ComparedBatches {
  epoch: number;
  seed: number;
  size: number;
  batches: number;
}

/** Compares the gradients of the two losses at the parameters of a state. */
export async function compare(
  programs: Programs,
  state: SupervisedState,
  examples: Labelled,
  logits: Float32Array,
  which: ComparedBatches,
): Promise<Compared> {
  const all = await programs.cosines(state.params, state.modelState, {
    x: inputsOf(examples),
    y: np.array(examples.y),
    teacherLogits: np.array(Float32Array.from(logits), { shape: [examples.y.length, examples.classes] }),
  });
  return { all, batches: await ofBatches(programs, state, examples, logits, which) };
}

async function ofBatches(
  { cosines }: Programs,
  state: SupervisedState,
  examples: Labelled,
  logits: Float32Array,
  { epoch, seed, size, batches }: ComparedBatches,
): Promise<Cosines> {
  const { classes } = examples;
  const found: Cosines[] = [];
  for (const { x, y, weights, ids, rows } of minibatches(examples, { size, seed }).epoch(epoch)) {
    weights.dispose();
    if (found.length === batches || rows < size) {
      x.dispose();
      y.dispose();
      break;
    }
    const teacherLogits = np.array(taken(logits, classes, ids.subarray(0, rows)), { shape: [rows, classes] });
    found.push(await cosines(state.params, state.modelState, { x, y, teacherLogits }));
  }
  return averageCosines(found);
}

/** Returns the mean of each cosine; null where one is null. */
function averageCosines(found: readonly Cosines[]): Cosines {
  const mean = (part: keyof Cosines) => meanOrNull(found.map((c) => c[part]));
  return { backbone: mean("backbone"), head: mean("head") };
}

/** Returns the mean of each comparison. */
export const averageCompared = (found: readonly Compared[]): Compared => ({
  all: averageCosines(found.map(({ all }) => all)),
  batches: averageCosines(found.map(({ batches }) => batches)),
});

/** Measures how near the main head and its features are to neural collapse on these rows; null if all features are equal, as after failed training. */
export async function collapseOf(
  { features, step, model }: Programs,
  state: SupervisedState,
  examples: Labelled,
): Promise<NeuralCollapse | null> {
  const rows = await features(step.params(state), step.modelState(state), inputsOf(examples)).data();
  const last = (step.params(state) as { weight: np.Array }[]).at(-1) as { weight: np.Array };
  const columns = await last.weight.ref.data();
  const [d, classes] = [model.featureSize, model.outputSize];
  const weights = Float32Array.from(
    { length: classes * d },
    (_, at) => columns[(at % d) * classes + Math.floor(at / d)],
  );
  const same = rows.every((value, at) => value === rows[at % d]);
  return same ? null : neuralCollapse(rows, examples.y, weights);
}
