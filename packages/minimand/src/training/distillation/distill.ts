import { numpy as np, random } from "@jax-js/jax";
import { rangeError, typeError } from "../../engine/checks.ts";
import { compileWithJit } from "../../engine/compile.ts";
import { differentiate } from "../../engine/differentiate.ts";
import { checkOptions } from "../../engine/options.ts";
import { constantOf } from "../../engine/parameter.ts";
import { derive, keyOf } from "../../engine/random.ts";
import { disposeTree, refTree, type Tree } from "../../engine/tree.ts";
import { crossEntropy } from "../../losses/classification/cross-entropy.ts";
import { binaryKlNorm } from "../../losses/distillation/binary-kl.ts";
import type { FeatureModel, Model } from "../../models/model.ts";
import { applyUpdates } from "../../optimizers/transformation.ts";
import { blockSizeFor } from "../block-size.ts";
import { named } from "../named-hyper.ts";
import type { BatchLoss, ObjectiveContext } from "../objective.ts";
import type { SupervisedOptions, SupervisedState } from "../supervised.ts";
import { readInit, type TrainStep } from "../train-step.ts";
import { alignGradients } from "./align-gradients.ts";
import type { GradientMask } from "./gradient-mask.ts";
import { checkTeacherSource, type Teacher, teacherLogitsFor } from "./teacher-logits.ts";

/** Values `[batch]`, already multiplied by the weights, of a student's logits against its teacher's. */
export type DistillationLoss = (
  studentLogits: np.Array,
  teacherLogits: np.Array,
  y: np.Array,
  options: { weights: np.Array; hyper: ObjectiveContext["hyper"] },
) => np.Array;

/** How a {@link distill} step is built. */
export interface DistillOptions extends Pick<SupervisedOptions, "optimizer" | "compile"> {
  student: FeatureModel;
  /** Left out, its logits come with the memory: `init(key, { memory: { teacher } })`, one row of logits an example id. */
  teacher?: Teacher;
  /** Reads the student's features and learns the teacher's logits. Left out, the student's own logits do. */
  auxiliary?: Model;
  /** Per-example loss of the student's logits and the labels; default cross-entropy. */
  primary?: BatchLoss;
  /** Default `binaryKlNorm` at temperature 2. */
  distillation?: DistillationLoss;
  /** Whether the gradient of the distillation loss gives way to that of the primary loss; a mask names the scope in `{ student, auxiliary }`. */
  gradientAlignment?: boolean | GradientMask;
}

/**
 * Distillation as a training step, for any student and teacher, with one head or two.
 *
 * Minimises `gamma mean(primary) + alpha mean(distillation)`; `gamma` and `alpha` are hyperparameters, 1 unless given to `init`.
 * The distillation loss is a sum over classes, so many classes ask for a small `alpha` (the authors: 0.1 for 1000). It may change on
 * the way, `state = { ...state, hyper: { ...state.hyper, alpha: 0 } }`, as where the authors end distillation early.
 * With an auxiliary head the two losses meet in the backbone alone; `params` and `modelState` of the step are those of the
 * student without that head, so the trained student costs nothing extra. With `gradientAlignment` the two gradients are
 * taken apart (two backward passes) and merged by {@link alignGradients}. The same key gives the student the start that it has
 * in `supervised`.
 *
 * @param options student, teacher (or its logits in the memory), auxiliary head, losses, alignment, optimizer
 * @returns a training step with the metrics `loss`, `primary`, `distillation` (both unweighted) and, with alignment, `conflict`:
 * 1 where the gradients were opposed
 * @throws TypeError, RangeError from `init` for missing, misshapen or non-finite teacher logits; from `update` for an example id
 * without logits, or a teacher whose logits have another shape
 * @example
 * distill({
 *   student,
 *   auxiliary: auxiliaryHead({ features: student.featureSize, classes: 26, kind: "linear" }),
 *   optimizer: ({ learningRate }) => sgd(learningRate, { momentum: 0.9 }),
 * })
 * @see Yang et al. 2024, arXiv 2411.08937, section 4
 */
export function distill(options: DistillOptions): TrainStep<SupervisedState> {
  checkOptions("distill", options, {
    ...{ student: true, teacher: true, auxiliary: true, primary: true, distillation: true },
    ...{ gradientAlignment: true, optimizer: true, compile: true },
  });
  const { student, teacher, auxiliary, gradientAlignment = false, compile = compileWithJit } = options;
  const { optimizer } = options;
  const optimizerOf = typeof optimizer === "function" ? optimizer : () => optimizer;
  const classes = student.outputSize;
  const gradientOf = gradients(options);
  const scope = gradientAlignment === true ? "all" : gradientAlignment;

  const makeStep = (one: np.Array, state: Tree[], hyper: Tree, data: StepData): [Tree[], Metrics] => {
    const [params, optimizerState, modelState] = state;
    const transformation = optimizerOf(named(refTree(hyper) as { [name: string]: np.Array }));
    const wanted = (which: keyof typeof gradientOf) => {
      const last = which !== "primary";
      const keep = <T extends Tree>(t: T): T => (last ? t : refTree(t));
      return gradientOf[which](
        last ? one : one.ref,
        refTree(params),
        keep(modelState),
        keep(hyper),
        keep(data),
      );
    };
    let gradient: Tree;
    let aux: StepAux;
    let conflict: { conflict?: np.Array } = {};
    if (scope === false) {
      const [[total, made], g] = wanted("total");
      total.dispose();
      [gradient, aux] = [g, made];
    } else {
      const [[value, unused], first] = wanted("primary");
      disposeTree([value, unused]);
      const [[distilled, made], second] = wanted("distillation");
      distilled.dispose();
      const aligned = alignGradients(first, second, { scope });
      aligned.dot.dispose();
      conflict = { conflict: aligned.conflict };
      [gradient, aux] = [aligned.merged, made];
    }
    const [updates, nextOptimizer] = transformation.update(gradient, optimizerState, refTree(params));
    const next = [applyUpdates(params, updates), nextOptimizer, aux.modelState];
    return [next, { loss: aux.loss, primary: aux.primary, distillation: aux.distillation, ...conflict }];
  };

  const program = compile((one: np.Array, state: Tree[], hyper: Tree, data: StepData): Tree[] => {
    const [next, metrics] = makeStep(one, state, hyper, data);
    return [next, metrics];
  });
  const loop = compile.loop?.(
    (state: Tree[], data: StepData, { one, hyper }: { one: np.Array; hyper: Tree }): [Tree[], Tree] =>
      makeStep(one, state, hyper, data),
  );

  const after = (state: SupervisedState, parts: Tree[], steps: number): SupervisedState => {
    const [params, optimizerState, modelState] = parts;
    return { ...state, params, optimizer: optimizerState, modelState, count: state.count + steps };
  };

  return {
    init(key, options) {
      const { hyper, memory } = readInit(options);
      const all = { gamma: 1, alpha: 1, ...hyper };
      for (const [name, value] of Object.entries(all)) {
        if (typeof value !== "number" || !Number.isFinite(value))
          throw typeError(`hyper.${name}`, "a finite number", value);
        if ((name === "gamma" || name === "alpha") && value < 0)
          throw rangeError(`hyper.${name}`, "a finite number >= 0", value);
      }
      checkTeacherSource(teacher, memory.teacher, classes);
      const words = key.ref.dataSync();
      // The student starts as a supervised one of the same key does; the head has a stream of its own.
      const own = student.init(key);
      const head = auxiliary?.init(keyOf(words[0], words[1], headStream)) ?? { params: {}, state: {} };
      const params = { student: own.params, auxiliary: head.params };
      const transformation = optimizerOf(mapValues(all, (value) => np.array(value)));
      return {
        params,
        optimizer: transformation.init(params),
        modelState: { student: own.state, auxiliary: head.state },
        hyper: all,
        memory,
        seed: derive(words[0], words[1]),
        count: 0,
      };
    },
    update(state, batch) {
      const logits = teacherLogitsFor(batch, teacher, state.memory.teacher, classes);
      const data = dataOf(state, 0, batch, logits);
      const carried = [state.params, state.optimizer, state.modelState];
      const [parts, metrics] = program(1 as never, carried, state.hyper, data);
      return [after(state, parts as Tree[], 1), metrics as Metrics];
    },
    ...(loop && {
      updateAll(state, batches) {
        const logits = batches.map((b) => teacherLogitsFor(b, teacher, state.memory.teacher, classes));
        const xs = batches.map((batch, i) => dataOf(state, i, batch, logits[i]));
        const carry = [state.params, state.optimizer, state.modelState];
        const made = loop(carry, xs, { one: 1 as never, hyper: state.hyper });
        if (made === null) {
          for (const { key, teacherLogits } of xs) disposeTree([key, teacherLogits]);
          return null;
        }
        const [parts, metrics] = made;
        return [after(state, parts, batches.length), metrics as Metrics];
      },
      blockSize: ({ params }, { weights }) => blockSizeFor(params, weights.shape[0]),
    }),
    params: (state) => (state.params as { student: Tree }).student,
    modelState: (state) => (state.modelState as { student: Tree }).student,
    dispose() {
      program.dispose();
      loop?.dispose();
    },
  };
}

const headStream = 0x4ead;

type Metrics = { loss: np.Array; [name: string]: np.Array };
type StepAux = { loss: np.Array; primary: np.Array; distillation: np.Array; modelState: Tree };
type StepData = {
  key: np.Array;
  x: np.Array;
  y: np.Array;
  weights: np.Array;
  teacherLogits: np.Array;
};

function dataOf(
  { seed, count }: SupervisedState,
  offset: number,
  { x, y, weights }: { x: np.Array; y: np.Array; weights: np.Array },
  teacherLogits: np.Array,
): StepData {
  return { key: keyOf(seed, count + offset), x, y, weights, teacherLogits };
}

/** The gradients of the primary term, the distillation term, and their sum, with all that a step reports. */
function gradients(options: DistillOptions) {
  const terms = forward(options);
  const of = (which: "primary" | "distillation" | "total") =>
    differentiate<Tree, [Tree, Tree, StepData], StepAux>((params, modelState, hyper, data) => {
      const scalars = named(hyper as { [name: string]: np.Array });
      const { first, second, state } = terms(params, modelState, scalars, data);
      const primaryTerm = first.ref.mul(constantOf(scalars.gamma, first.dtype));
      const distillationTerm = second.ref.mul(constantOf(scalars.alpha, second.dtype));
      const loss = primaryTerm.ref.add(distillationTerm.ref);
      const chosen = { primary: primaryTerm, distillation: distillationTerm, total: loss.ref };
      for (const [name, term] of Object.entries(chosen)) if (name !== which) term.dispose();
      return [chosen[which], { loss, primary: first, distillation: second, modelState: state }];
    });
  return { primary: of("primary"), distillation: of("distillation"), total: of("total") };
}

/** The mean of both losses on a batch, and the next statistics. */
function forward({
  student,
  auxiliary,
  primary = (f, y, { weights }) => crossEntropy(f, y, { weights }),
  distillation = (s, t, _, { weights }) => binaryKlNorm(s, t, { weights }),
}: DistillOptions) {
  return (
    params: Tree,
    modelState: Tree,
    hyper: ObjectiveContext["hyper"],
    { key, x, y, weights, teacherLogits }: StepData,
  ): { first: np.Array; second: np.Array; state: Tree } => {
    type Both = { student: Tree; auxiliary: Tree };
    const [own, state] = [params as Both, modelState as Both];
    const [studentKey, headKey, lossKey] = [...random.split(key, 3)];
    const [{ features, output }, nextStudent] = student.applyWithFeatures(
      { params: own.student, state: state.student },
      x,
      { training: true, key: studentKey, weights: weights.ref },
    );
    const forHead = { training: true, key: headKey, weights: weights.ref };
    const head = { params: own.auxiliary, state: state.auxiliary };
    const [distilled, nextHead] = auxiliary?.apply(head, features, forHead) ?? [output.ref, state.auxiliary];
    if (auxiliary === undefined) disposeTree([features, headKey, weights]);
    const mean = (values: np.Array): np.Array =>
      values.sum().div(constantOf(weights.ref.sum(), values.dtype));
    const second = mean(distillation(distilled, teacherLogits, y.ref, { weights: weights.ref, hyper }));
    const first = mean(primary(output, y, { weights: weights.ref, key: lossKey, hyper }));
    weights.dispose();
    return { first, second, state: { student: nextStudent, auxiliary: nextHead } };
  };
}

function mapValues<A, B>(object: { [key: string]: A }, f: (value: A) => B): { [key: string]: B } {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, f(value)]));
}
