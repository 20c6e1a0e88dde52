import type { numpy as np } from "@jax-js/jax";
import type {
  BatchLoss,
  FeatureModel,
  FlatModel,
  GradientTransformation,
  Head,
  Objective,
  SupervisedOptions,
  SupervisedState,
  TrainStep,
} from "minimand";
import type { CandidateSummary, Configuration, Origin, Task } from "../results.ts";

/** The tasks whose target is a class. */
export const classTasks: readonly Task[] = ["binary", "multiclass"];

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

/**
 * Hyperparameters in addition to the settings, where they depend on the data: steps per epoch, and the share of preferences thought to be
 * flipped.
 */
export type DataHyper = (data: { perEpoch: number; flipRate: number }) => Record<string, number>;

/** What a candidate learns from in addition to rows and their labels. It runs only where that is given. */
export type Need = "teacher" | "unlabeled" | "bags";

/** The description of every candidate, and what of it is tuned. */
interface Described {
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
  /** Settings of its own parameters, the most usual one first. Empty: it has none. */
  settings: readonly Record<string, number>[];
  /** Ranges of the parameters, for `minimand losses`. */
  parameters: Record<string, string>;
  /** Where one that isn't of this package was loaded from. */
  origin?: Origin;
}

/** What brings a loss: asked for with `--losses`. */
interface OfTasks extends Described {
  tasks: readonly Task[];
  /** Tasks on which its use is an extension by this project, not the authors'. */
  extensionOn?: readonly Task[];
  /** What the network's last layer makes of its features; default `linear`. */
  head?: Head;
  /** True where it runs only when it is named: each loss more makes all the others' tests stricter. */
  onlyByName?: true;
  /**
   * What it does with the last hidden features, of which a linear model has none. An own model need not know how to have them replaced,
   * so that what does so runs there only when it is named.
   */
  features?: "reads" | "replaces";
  /** True where it makes matrices of all pairs of rows of a batch, so that batches may not be larger than `mostGramRows`. */
  pairsRows?: true;
}

/** A loss as a function of the output (`[batch, classes]`, or `[batch]` in regression), labels, and traced settings. */
export interface LossCandidate extends OfTasks {
  kind: "loss";
  loss: (info: BuildInfo) => BatchLoss;
  /** True where it is one number of the whole batch. */
  wholeBatch?: true;
  /** True where every class gets the same total weight in training. */
  classWeighted?: true;
  hyper?: DataHyper;
  needs?: undefined;
}

/** A loss that needs more than output and labels: a number remembered of every example, or whole bags. */
export interface ObjectiveCandidate extends OfTasks {
  kind: "objective";
  objective: (info: BuildInfo, model: FeatureModel) => Objective;
  memory?: (examples: number, settings: Record<string, number>, outputs: number) => Memory;
  /** `bags`: it trains on whole bags, and sees nothing of the target but their means. */
  needs?: readonly "bags"[];
}

/** A row shown next to the losses and not judged, which always runs. It is trained on single rows, also where losses see bags. */
export interface ReferenceCandidate extends OfTasks {
  kind: "reference";
  loss: (info: BuildInfo) => BatchLoss;
  /** `bags`: it runs where rows are in bags, and only there. */
  needs?: readonly "bags"[];
}

/** A reference that trains the linear model on the same rows, whatever network the losses train. */
export interface LinearReference extends ReferenceCandidate {
  network: "linear";
}

/** A reference that is trained by a library, on raw columns: gradient-boosted trees. */
export interface TreesReference extends Described {
  kind: "trees";
  /** What is tried; `models` of a setting are averaged. */
  grid: readonly Configuration[];
  /** Package and version that trains. */
  library: string;
}

/** An optimizer instead of AdamW, for the loss of the baseline: asked for with `--optimizers`. */
export interface OptimizerCandidate extends Described {
  kind: "optimizer";
  /**
   * The grid's learning rate is `hyper.learningRate`. The parameters are one vector: what looks at whole arrays sees them through
   * `flatTransformation(model, ...)`.
   */
  optimizer: (hyper: { [name: string]: np.Array }, model: FlatModel) => GradientTransformation;
  /** Range of its learning rates, where it isn't that of AdamW. */
  rates?: readonly [slowest: number, fastest: number];
}

/** What every training step is made from. */
export type StepParts = Pick<SupervisedOptions, "optimizer" | "compile">;

/** How a step is made. */
type MakeStep<Parts> = (info: BuildInfo, model: FeatureModel, parts: Parts) => TrainStep<SupervisedState>;

interface AnyStep {
  kind: "step";
  memory?: ObjectiveCandidate["memory"];
  hyper?: DataHyper;
}

/** A training step that brings its own loss, and is compared as one. */
export interface OwnStepCandidate extends OfTasks, AnyStep {
  minimises: "own";
  step: MakeStep<StepParts>;
  /**
   * `teacher`: its memory is given the logits of the training rows, as `teacher`. `unlabeled`: the inputs of the
   * unlabelled rows, as `unlabeled`.
   */
  needs?: readonly ("teacher" | "unlabeled")[];
}

interface AroundBaseline extends Described, AnyStep {
  /** Hyperparameters that the step knows in addition to its settings. A loss with a parameter of the same name can't be had. */
  fixed?: readonly string[];
}

/** Another training step around the objective of the baseline: asked for with `--steps`. */
export interface ObjectiveStepCandidate extends AroundBaseline {
  minimises: "objective";
  step: MakeStep<StepParts & { objective: Objective }>;
}

/** A training step around the loss of the baseline, of which it needs the values one by one: not for losses of whole batches. */
export interface LossStepCandidate extends AroundBaseline {
  minimises: "loss";
  step: MakeStep<StepParts & { loss: BatchLoss }>;
}

/** What `--losses` names. */
export type ComparedLoss = LossCandidate | ObjectiveCandidate | OwnStepCandidate | ReferenceCandidate;

/** Another way to minimise a loss: an optimizer instead of AdamW, or another training step around AdamW. */
export type Method = OptimizerCandidate | ObjectiveStepCandidate | LossStepCandidate;

/** A loss, an objective, an optimizer, a step, or a reference, with its small grid. */
export type Candidate = ComparedLoss | Method;

/** A method with the loss that it minimises, which is the baseline's. */
export type MethodOfLoss =
  | ((OptimizerCandidate | ObjectiveStepCandidate) & { of: LossCandidate | ObjectiveCandidate })
  | (LossStepCandidate & { of: LossCandidate });

/** What trains a network. */
export type NetworkCandidate = ComparedLoss | LinearReference | MethodOfLoss;

/** What a trial trains. */
export type PlannedCandidate = NetworkCandidate | TreesReference;

/** Whether a candidate is trained by a library, and not as a network. */
export function isTrees(candidate: PlannedCandidate): candidate is TreesReference {
  return candidate.kind === "trees";
}

/** Returns the loss that a candidate trains with: itself, or the one that its method minimises. */
export function minimisedBy(candidate: NetworkCandidate): ComparedLoss {
  return "of" in candidate ? candidate.of : candidate;
}

/** Whether a candidate runs only where there is something. */
export function hasNeed({ needs }: { needs?: readonly Need[] }, need: Need): boolean {
  return needs?.includes(need) === true;
}

/** Whether training and tuning see whole bags, and of the target nothing but their means. */
export function seesBags(candidate: Pick<ComparedLoss, "kind" | "needs">): boolean {
  return candidate.kind === "objective" && hasNeed(candidate, "bags");
}

/** Whether a candidate is another way to minimise the loss of the baseline. */
export function isMethod(candidate: Candidate): candidate is Method {
  return candidate.kind === "optimizer" || (candidate.kind === "step" && candidate.minimises !== "own");
}

/** Whether a candidate is trained to be shown next to the losses, and not ranked. */
export function isReference(candidate: PlannedCandidate): boolean {
  return roleOf(candidate) === "reference";
}

/** Returns the role in which a candidate is shown: whatever brings its own loss is one. */
export function roleOf(candidate: Candidate | TreesReference): CandidateSummary["kind"] {
  const { kind } = candidate;
  if (kind === "trees") return "reference";
  return kind === "objective" || (kind === "step" && candidate.minimises === "own") ? "loss" : kind;
}
