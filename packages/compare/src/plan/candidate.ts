import type { numpy as np } from "@jax-js/jax";
import type {
  BatchLoss,
  FeatureModel,
  GradientTransformation,
  Head,
  Model,
  Objective,
  SupervisedOptions,
  SupervisedState,
  TrainStep,
} from "minimand";
import type { Task } from "../results.ts";

/** What a candidate may depend on when it is built. One build serves every configuration, fold and seed of a task. */
export interface BuildInfo {
  task: Task;
  classes: number;
  /** Id of the report metric, for losses that aim at it. */
  metric: string;
  /** Whole bags a training step, where rows are in bags. */
  bagsPerBatch?: number;
}

/** Memory per example a candidate starts from, by name. */
export type Memory = { [name: string]: Float32Array };

/** A training loss with its small grid, as the comparison runs it. */
export interface Candidate {
  /** Name on the command line. */
  id: string;
  /** Name for people. */
  label: string;
  /** Slug of its paper, if it is one of `minimand papers`. */
  paper?: string;
  /** Where else it comes from. */
  reference?: string;
  /** In plain text. */
  formula: string;
  tasks: readonly Task[];
  /** Tasks on which its use is an extension of ours, not the authors'. */
  extensionOn?: readonly Task[];
  /** Settings of its own parameters, the most usual one first. Empty: it has none. */
  settings: readonly Record<string, number>[];
  /** Ranges of the parameters, for `minimand losses`. */
  parameters: Record<string, string>;
  /** What the network's last layer makes of its features; default `linear`. */
  head?: Head;
  /** True where every class gets the same total weight in training. */
  classWeighted?: boolean;
  /** The loss as a function of the output (`[batch, classes]`, or `[batch]` in regression), labels, and traced settings. */
  loss?: (info: BuildInfo) => BatchLoss;
  /** True where `loss` is one number of the whole batch. */
  wholeBatch?: true;
  /** Instead of `loss`, for losses with a memory per example. */
  objective?: (info: BuildInfo, model: Model) => Objective;
  memory?: (examples: number, settings: Record<string, number>, outputs: number) => Memory;
  /** Hyperparameters beside the settings, where they depend on the data. */
  hyper?: (data: { perEpoch: number }) => Record<string, number>;
  /** Instead of `loss`, for methods that are a training step of their own; some make use of the loss, which is the baseline's. */
  step?: (
    info: BuildInfo,
    model: FeatureModel,
    parts: Pick<SupervisedOptions, "optimizer" | "compile"> & { objective: Objective; loss: BatchLoss },
  ) => TrainStep<SupervisedState>;
  /** Instead of AdamW; the grid's learning rate is `hyper.learningRate`. */
  optimizer?: (hyper: { [name: string]: np.Array }) => GradientTransformation;
  /** Range of its learning rates, where it isn't that of AdamW. */
  rates?: readonly [slowest: number, fastest: number];
  /** What it changes: the loss (the default), or how one is minimised. */
  kind?: "loss" | "optimizer" | "step" | "reference";
  /** True where the step learns from a teacher: its memory is given the logits of the training rows, as `teacher`. */
  needsTeacher?: true;
  /** True where the step learns from unlabelled rows as well: its memory is given their inputs, as `unlabeled`. */
  needsUnlabeled?: true;
  /** True where it trains on whole bags, and sees nothing of the target but their means. */
  needsBags?: true;
  /** True where it runs beside those, to compare with. */
  withBags?: true;
}
