import type { RartsOptions } from "minimand";
import { grid } from "../kit/grid.ts";
import { named } from "../kit/named.ts";

/** What tuning chooses for a cell search. */
export interface CellConfiguration {
  learningRate: number;
  alphaRate: number;
  /** Of RARTS; 0 elsewhere. */
  beta: number;
}

/** One way to search for a cell. */
export interface CellArm {
  id: string;
  label: string;
  kind: "darts" | "rarts" | "single";
  order: 1 | 2 | "gauss-seidel" | "jacobi";
  hypergradient?: "exact" | "finite-difference";
  architectureLosses?: RartsOptions["architectureLosses"];
  /** Six configurations for every arm that is tuned. */
  grid: CellConfiguration[];
  /** The arm whose choice an ablation takes. */
  settingsOf?: string;
}

const alphaRates = [0.003, 0.01, 0.03];
const plain: CellConfiguration[] = grid({
  learningRate: [0.05, 0.1],
  alphaRate: alphaRates,
  beta: [0],
});
/** One learning rate, for two of beta. */
const coupled: CellConfiguration[] = [0.1, 0.5].flatMap((beta) =>
  alphaRates.map((alphaRate) => ({ learningRate: 0.05, alphaRate, beta })),
);

export const cellArms: readonly CellArm[] = [
  { id: "darts-1", label: "DARTS, first order", kind: "darts", order: 1, grid: plain },
  {
    id: "darts-2",
    label: "DARTS, second order, finite differences",
    kind: "darts",
    order: 2,
    hypergradient: "finite-difference",
    grid: plain,
  },
  {
    id: "darts-2-exact",
    label: "DARTS, second order, exact",
    kind: "darts",
    order: 2,
    hypergradient: "exact",
    grid: plain,
  },
  { id: "single", label: "Single level", kind: "single", order: "gauss-seidel", grid: plain },
  { id: "rarts", label: "RARTS, Gauss-Seidel", kind: "rarts", order: "gauss-seidel", grid: coupled },
  { id: "rarts-jacobi", label: "RARTS, Jacobi", kind: "rarts", order: "jacobi", grid: coupled },
  {
    id: "rarts-val",
    label: "RARTS, architecture by validation alone",
    kind: "rarts",
    order: "gauss-seidel",
    architectureLosses: "validation",
    grid: [],
    settingsOf: "rarts",
  },
];

/** The arms that the rule speaks of. */
export const judgedArms = ["darts-1", "darts-2", "rarts", "rarts-jacobi"];

/** The arm of that name. */
export const cellArm = (id: string): CellArm => named(cellArms, id, "arm");

/** What tuning chooses for a width. `mu` is the penalty, beside the weight decay that all have. */
export interface WidthConfiguration {
  learningRate: number;
  mu: number;
}

/** One way to choose the channels that stay. */
export interface WidthArm {
  id: string;
  label: string;
  /** Six configurations each. */
  grid: WidthConfiguration[];
}

const penalised = grid({ learningRate: [0.05, 0.1], mu: [1e-3, 1e-2, 1e-1] });
const unpenalised = grid({ learningRate: [0.0125, 0.025, 0.05, 0.1, 0.2, 0.4], mu: [0] });

export const widthArms: readonly WidthArm[] = [
  { id: "width-rarts", label: "RARTS, l1 on gates", grid: penalised },
  { id: "width-rarts-group", label: "RARTS, group penalty on filters", grid: penalised },
  { id: "width-slimming", label: "Network slimming", grid: penalised },
  { id: "width-magnitude", label: "Magnitude pruning", grid: unpenalised },
  { id: "width-random", label: "Random channels", grid: unpenalised },
];

/** A study of gates of features, with one configuration each: nothing is chosen. */
export const gateArms = ["darts-1", "darts-2", "rarts", "rarts-value", "exact"] as const;
export type GateArm = (typeof gateArms)[number];
