import { iht, ista, lista, type Matrix, tista, type UnfoldOptions } from "@minimand/lab/solvers";
import type { Scale } from "../../reproduction.ts";
import { learningRate, type Problem, trained } from "./settings.ts";

/** A network to train, and its loss. */
export interface Arm {
  id: string;
  loss: "supervised" | "unsupervised";
  /** The iteration that is unfolded; default: that of the problem, where only steps are trained. */
  make?: (A: Matrix, problem: Problem) => Omit<UnfoldOptions, "layers">;
  /** Default: that of the settings. */
  learningRate?: number;
  /** Trains all layers from the start, by as many batches. */
  atOnce?: true;
  /** Runs at the full scale only. */
  fullOnly?: true;
}

/** The iteration of a problem. */
export function iterationOf(A: Matrix, { algorithm, lambda }: Problem, freeThreshold = false) {
  return (algorithm === "ista" ? ista : iht)(A, { lambda, freeThreshold });
}

const free: Arm["make"] = (A, problem) => iterationOf(A, problem, true);

/** Arms of all problems, and of the first or others of them. */
const common: readonly Arm[] = [
  { id: "supervised", loss: "supervised" },
  { id: "unsupervised", loss: "unsupervised" },
];
const withFreeThresholds: readonly Arm[] = [
  { id: "supervised, free thresholds", loss: "supervised", make: free },
  { id: "unsupervised, free thresholds", loss: "unsupervised", make: free },
];
const hard: readonly Arm[] = [
  {
    id: "supervised, free thresholds through a gate",
    loss: "supervised",
    make: (A, { lambda }) => iht(A, { lambda, freeThreshold: true, gate: 0.05 }),
    fullOnly: true,
  },
];
const short: readonly Arm[] = [
  { id: "unsupervised, all layers at once", loss: "unsupervised", atOnce: true },
  {
    id: "supervised TISTA",
    loss: "supervised",
    make: (A) => {
      const { probability, noiseVariance, amplitude } = trained;
      return tista(A, { probability, noiseVariance, signalVariance: amplitude ** 2 });
    },
  },
  {
    id: "supervised LISTA",
    loss: "supervised",
    make: (A, { lambda }) => lista(A, { lambda }),
    // It trains entries of matrices: at the rate of step sizes the loss rises from the second layer on.
    learningRate: learningRate / 10,
    fullOnly: true,
  },
];

/** The arms of a problem at a scale. */
export function armsOf({ algorithm, layers }: Problem, scale: Scale): readonly Arm[] {
  const own = [
    ...common,
    ...(layers === 12 ? short : withFreeThresholds),
    ...(algorithm === "iht" ? hard : []),
  ];
  return scale === "default" ? own.filter(({ fullOnly }) => fullOnly !== true) : own;
}
