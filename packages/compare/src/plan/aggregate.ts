import { type AggregateLossOptions, aggregateObjective, crossEntropy, squaredError } from "minimand";
import type { Task } from "../results.ts";
import type { ComparedLoss, ObjectiveCandidate } from "./candidate.ts";
import { tuning } from "./tuning.ts";

const all: readonly Task[] = ["binary", "multiclass", "regression"];

const family = {
  kind: "objective",
  paper: "aggregate",
  tasks: all,
  needs: ["bags"],
} as const satisfies Partial<ObjectiveCandidate>;

/** The loss of whole bags of a kind: squared error of means, or cross-entropy of proportions. */
const ofKind =
  (kind: AggregateLossOptions["kind"]): ObjectiveCandidate["objective"] =>
  ({ task, bagsPerBatch = 1 }, model) =>
    aggregateObjective(model, {
      bagsPerBatch,
      loss: (hyper) => ({
        kind,
        loss: task === "regression" ? "squared" : "softmax",
        // The two ends have no setting of that name.
        ...(kind === "bag" || kind === "instance" ? {} : { rho: hyper.rho }),
      }),
    });

/** Losses that see the target's mean (or the proportions of its classes) of whole bags only; they run with `--bag-column`. */
export const aggregateCandidates: readonly ComparedLoss[] = [
  {
    ...family,
    id: "bag-level",
    label: "Bag level",
    formula:
      "l(y_a, mean of f in bag a): cross-entropy of proportions and mean probabilities, or squared error",
    ...tuning(),
    objective: ofKind("bag"),
  },
  {
    ...family,
    id: "instance-level",
    label: "Instance level",
    formula: "l(y_a, f) for every row of bag a: its mean as everybody's label",
    ...tuning(),
    objective: ofKind("instance"),
  },
  {
    ...family,
    id: "interpolated",
    label: "Between bag and instance level",
    formula: "(1 - rho) bag level + rho instance level",
    ...tuning({ rho: ["in [0, 1]: 0 bag level, 1 instance level", 0.5, 0.1, 0.02] }),
    objective: ofKind("interpolating"),
  },
  {
    ...family,
    id: "bag-regularised",
    label: "Bag level, equal within bags",
    formula: "bag level + rho / 2 times the variance of p within bags",
    // For the squared loss it is the same as interpolated.
    tasks: ["binary", "multiclass"],
    ...tuning({ rho: [">= 0, weight of the variance within bags", 0.5, 0.1, 0.02] }),
    objective: ofKind("regularised"),
  },
  {
    id: "individual-labels",
    label: "Individual labels (sees more)",
    formula: "cross-entropy or squared error with the target of every row, chosen by it too: what bags cost",
    kind: "reference",
    needs: ["bags"],
    tasks: all,
    ...tuning(),
    loss: ({ task }) => {
      const loss = task === "regression" ? squaredError : crossEntropy;
      return (f, y, { weights }) => loss(f, y, { weights });
    },
  },
];
