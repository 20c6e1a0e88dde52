import { metricCatalogue } from "minimand";
import type { Task } from "./results.ts";

/** What tasks differ in where the same code serves all of them. */
interface TaskTraits {
  /** The metric that decides unless another one is asked for. */
  metric: string;
  /** Those that can be asked for and are reported. */
  metrics: readonly string[];
  /** The loss that the others are measured against. */
  baseline: string;
  /** Losses that run whatever is asked for. */
  always: readonly string[];
  /** What is shown of a model that learns nothing. */
  constant: "majority" | "mean" | "coin";
  /** The gains of others may be paid for in these. */
  watched: readonly string[];
  /** Inputs of the network a row: of a pair it scores one response after the other. */
  examplesPerRow: 1 | 2;
}

const metricsOf = (task: "binary" | "multiclass" | "regression"): string[] =>
  metricCatalogue.filter(({ tasks }) => (tasks as readonly string[]).includes(task)).map(({ id }) => id);

const ofClasses = {
  metric: "balanced-accuracy",
  baseline: "cross-entropy",
  constant: "majority",
  watched: ["ece", "accuracy", "roc-auc"],
  examplesPerRow: 1,
} as const;

/** By task. */
export const traitsOf: Record<Task, TaskTraits> = {
  binary: {
    ...ofClasses,
    metrics: metricsOf("binary"),
    // Cross-entropy runs whatever the baseline: its tuned threshold is one of the references.
    always: ["class-weighted-cross-entropy", "cross-entropy"],
  },
  multiclass: {
    ...ofClasses,
    metrics: metricsOf("multiclass"),
    always: ["class-weighted-cross-entropy"],
  },
  regression: {
    metric: "r2",
    metrics: metricsOf("regression"),
    baseline: "squared",
    always: [],
    constant: "mean",
    watched: ["rmse", "mae"],
    examplesPerRow: 1,
  },
  preference: {
    metric: "log-loss",
    metrics: ["log-loss", "accuracy", "brier", "ece"],
    baseline: "bradley-terry",
    always: [],
    constant: "coin",
    watched: ["ece", "accuracy"],
    examplesPerRow: 2,
  },
};

/** Returns how many numbers a network gives for an example: a value or reward, or one per class. */
export function outputsFor(task: Task, classes: number): number {
  return givesNumbers(task) ? 1 : classes;
}

/** Whether a kept model gives a number for each row that it is shown: a prediction, or the reward of a response. */
export function givesNumbers(task: Task): boolean {
  return task === "regression" || task === "preference";
}
