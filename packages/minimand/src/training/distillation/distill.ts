import { type numpy as np, random } from "@jax-js/jax";
import { readOptions } from "../../engine/options.ts";
import { constantOf } from "../../engine/parameter.ts";
import { disposeTree, refTree, type Tree } from "../../engine/tree.ts";
import { crossEntropy } from "../../losses/classification/cross-entropy.ts";
import { binaryKlNorm } from "../../losses/distillation/binary-kl.ts";
import type { FeatureModel, Model } from "../../models/model.ts";
import { gradientAt } from "../gradient-at.ts";
import type { Hyper, TracedHyper } from "../hyper.ts";
import { initTogether } from "../init-together.ts";
import type { ArrayBatch, BatchLoss, ObjectiveContext } from "../objective.ts";
import { makeStep } from "../step.ts";
import type { SupervisedOptions } from "../supervised.ts";
import type { SupervisedStep } from "../train-step.ts";
import { alignGradients } from "./align-gradients.ts";
import type { GradientMask } from "./gradient-mask.ts";
import { checkTeacherSource, type Teacher, teacherLogitsFor } from "./teacher-logits.ts";

/** Values `[batch]`, already multiplied by the weights, of a student's logits against its teacher's. */
export type DistillationLoss<H extends Hyper = Hyper> = (
  studentLogits: np.Array,
  teacherLogits: np.Array,
  y: np.Array,
  options: { weights: np.Array; hyper: TracedHyper<H> },
) => np.Array;

/** How a {@link distill} step is built. */
export interface DistillOptions<H extends Hyper = Hyper>
  extends Pick<SupervisedOptions<H>, "optimizer" | "hyper" | "compile"> {
  student: FeatureModel;
  /** Left out, its logits come with the memory: `init(key, { memory: { teacher } })`, one row of logits an example id. */
  teacher?: Teacher;
  /** Reads the student's features and learns the teacher's logits. Left out, the student's own logits do. */
  auxiliary?: Model;
  /** Per-example loss of the student's logits and the labels; default cross-entropy. */
  primary?: BatchLoss<NoInfer<H>>;
  /** Default `binaryKlNorm` at temperature 2. */
  distillation?: DistillationLoss<NoInfer<H>>;
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
export function distill<H extends Hyper = Hyper>(
  options: DistillOptions<H>,
): SupervisedStep<H, { gamma?: number; alpha?: number }>;
export function distill(options: DistillOptions): SupervisedStep {
  const { student, teacher, auxiliary, gradientAlignment, optimizer, hyper, compile } = readOptions(
    "distill",
    options,
    {
      student: true,
      teacher: true,
      auxiliary: true,
      primary: true,
      distillation: true,
      gradientAlignment: [false],
      optimizer: true,
      hyper: true,
      compile: true,
    },
  );
  const classes = student.outputSize;
  const at = gradients(options);
  const scope = gradientAlignment === true ? "all" : gradientAlignment;
  const step = makeStep(
    { model: initTogether({ student, auxiliary }), optimizer, hyper, compile },
    {
      name: "distill",
      hyper: { gamma: { default: 1, min: 0 }, alpha: { default: 1, min: 0 } },
      check: ({ memory }) => checkTeacherSource(teacher, memory.teacher, classes),
      prepare: ({ memory }, batch) => ({
        teacherLogits: teacherLogitsFor(batch, teacher, memory.teacher, classes),
      }),
      direction(inputs) {
        const of = (which: keyof typeof at) => {
          const found = at[which](refTree(inputs.params), inputs, refTree(inputs.own));
          found.loss.dispose();
          return found;
        };
        if (scope === false) {
          const { aux, gradient } = of("total");
          const { modelState, ...metrics } = aux;
          return { metrics, direction: gradient, modelState };
        }
        const { aux: unused, gradient: first } = of("primary");
        disposeTree(unused);
        const { aux, gradient: second } = of("distillation");
        const { modelState, ...metrics } = aux;
        const { merged, dot, conflict } = alignGradients(first, second, { scope });
        dot.dispose();
        return { metrics: { ...metrics, conflict }, direction: merged, modelState };
      },
    },
  );
  return {
    ...step,
    params: (state) => ofBoth(state.params).student,
    modelState: (state) => ofBoth(state.modelState).student,
  };
}

type Both = { student: Tree; auxiliary: Tree };
/** Parameters or statistics of the student and its head. */
const ofBoth = (tree: Tree): Both => tree as Both;

/** The gradients of the primary term, the distillation term, and their sum, with all that a step reports. */
function gradients(options: DistillOptions) {
  const terms = forward(options);
  const of = (which: "primary" | "distillation" | "total") =>
    gradientAt((params, context: ObjectiveContext, batch) => {
      const { hyper } = context;
      const { first, second, state } = terms(params, context, batch);
      const primaryTerm = first.ref.mul(constantOf(hyper.gamma, first.dtype));
      const distillationTerm = second.ref.mul(constantOf(hyper.alpha, second.dtype));
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
    { modelState, hyper, key, memory: { teacherLogits } }: ObjectiveContext,
    { x, y, weights }: ArrayBatch,
  ): { first: np.Array; second: np.Array; state: Tree } => {
    const [own, state] = [ofBoth(params), ofBoth(modelState)];
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
