import type { RartsOptions } from "@minimand/lab/architecture";
import { named } from "../../kit/named.ts";
import { tuningSeeds } from "./settings.ts";

/** What tuning chooses for a cell search. */
export interface CellConfiguration {
  learningRate: number;
  alphaRate: number;
  /** Of RARTS; 0 elsewhere. */
  lambda: number;
  beta: number;
}

/** Values of each parameter, in order, and where tuning begins. */
interface Grid<Configuration> {
  axes: { [Name in keyof Configuration]: readonly number[] };
  start: Configuration;
}

/** One way to search for a cell. */
export interface CellArm extends Partial<Grid<CellConfiguration>> {
  id: string;
  label: string;
  kind: "darts" | "rarts" | "single";
  order: 1 | 2 | "gauss-seidel" | "jacobi";
  hypergradient?: "exact" | "finite-difference";
  architectureLosses?: RartsOptions["architectureLosses"];
  /** The arm whose choice it has, where it isn't tuned itself. */
  settingsOf?: string;
}

const learningRates = [1e-3, 3e-3, 6e-3, 0.0125, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6];
const alphaRates = [1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3];
const strengths = [0.1, 0.3, 1, 3, 10, 30, 100, 300];

/** Where the solvable model has a minimum. */
export const isBounded = ({ lambda, beta }: { lambda: number; beta: number }): boolean =>
  lambda === 0 || 4 * lambda * beta > 2 * lambda + beta;

const plain: Grid<CellConfiguration> = {
  axes: { learningRate: learningRates, alphaRate: alphaRates, lambda: [0], beta: [0] },
  start: { learningRate: 0.05, alphaRate: 3e-3, lambda: 0, beta: 0 },
};
/** lambda multiplies the gradient of one of its networks: half the learning rate. */
const coupled: Grid<CellConfiguration> = {
  axes: { learningRate: learningRates, alphaRate: alphaRates, lambda: strengths, beta: strengths },
  start: { learningRate: 0.025, alphaRate: 3e-3, lambda: 3, beta: 3 },
};

const cell = (id: string, label: string, search: Omit<CellArm, "id" | "label">): CellArm => ({
  id,
  label,
  ...search,
});
const second = { kind: "darts", order: 2 } as const;
const alternating = { kind: "rarts", order: "gauss-seidel" } as const;

export const cellArms: readonly CellArm[] = [
  cell("darts-1", "DARTS, first order", { kind: "darts", order: 1, ...plain }),
  cell("darts-2", "DARTS, second order, finite differences", {
    ...second,
    hypergradient: "finite-difference",
    ...plain,
  }),
  cell("darts-2-exact", "DARTS, second order, exact", {
    ...second,
    hypergradient: "exact",
    settingsOf: "darts-2",
  }),
  cell("single", "Single level", { kind: "single", order: "gauss-seidel", settingsOf: "darts-1" }),
  cell("rarts", "RARTS, Gauss-Seidel", { ...alternating, ...coupled }),
  cell("rarts-jacobi", "RARTS, Jacobi", { ...alternating, order: "jacobi", ...coupled }),
  cell("rarts-val", "RARTS, architecture by validation alone", {
    ...alternating,
    architectureLosses: "validation",
    settingsOf: "rarts",
  }),
];

/** The arms that the rule speaks of, and those that search for cells at the default scale. */
export const judgedArms = ["darts-1", "darts-2", "rarts", "rarts-jacobi"];
export const comparedArms = [...judgedArms, "single"];

/** The arm of that name. */
export const cellArm = (id: string): CellArm => named(cellArms, id, "arm");

/** What tuning chooses for a width. `mu` is the penalty, in addition to the weight decay that all have. */
export interface WidthConfiguration {
  learningRate: number;
  mu: number;
  /** Of RARTS; 0 elsewhere. */
  lambda: number;
  beta: number;
}

/** One way to choose the channels that stay. */
export interface WidthArm extends Grid<WidthConfiguration> {
  id: string;
  label: string;
}

const penalties = [3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1];
const width = (mus: readonly number[], couplings: readonly number[]): Grid<WidthConfiguration> => ({
  axes: { learningRate: learningRates, mu: mus, lambda: couplings, beta: couplings },
  start: {
    learningRate: couplings.length > 1 ? 0.025 : 0.05,
    mu: mus.length > 1 ? 0.01 : 0,
    lambda: couplings.length > 1 ? 3 : 0,
    beta: couplings.length > 1 ? 3 : 0,
  },
});
const tied = width(penalties, strengths);
const unpenalised = width([0], [0]);

export const widthArms: readonly WidthArm[] = [
  { id: "width-rarts", label: "RARTS, l1 on gates", ...tied },
  { id: "width-rarts-group", label: "RARTS, group penalty on filters", ...tied },
  { id: "width-slimming", label: "Network slimming", ...width(penalties, [0]) },
  { id: "width-magnitude", label: "Magnitude pruning", ...unpenalised },
  { id: "width-random", label: "Random channels", ...unpenalised },
];

/** What is tuned on a lattice, each by the trials of the seeds of tuning. */
export const latticeOf = <Configuration extends { lambda: number; beta: number }, Spec>(
  { id: arm, axes, start }: { id: string } & Grid<Configuration>,
  specOf: (configuration: Configuration, seed: number) => Spec,
) => ({
  choice: arm,
  label: { arm },
  axes: axes as Readonly<Record<string, readonly number[]>>,
  start: start as unknown as Readonly<Record<string, number>>,
  allowed: (configuration: Record<string, number>) => isBounded(configuration as unknown as Configuration),
  specsOf: (configuration: Record<string, number>) =>
    tuningSeeds.map((seed) => specOf(configuration as unknown as Configuration, seed)),
});

/** A study of gates of features, with one configuration each: nothing is chosen. */
export const gateArms = ["darts-1", "darts-2", "rarts", "rarts-value", "exact"] as const;
export type GateArm = (typeof gateArms)[number];
