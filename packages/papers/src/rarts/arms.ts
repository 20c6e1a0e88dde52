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
const plain = grid({ learningRate: [0.05, 0.1], alphaRate: alphaRates, beta: [0] });
/** One learning rate, for two of beta. */
const coupled: CellConfiguration[] = [0.1, 0.5].flatMap((beta) =>
  alphaRates.map((alphaRate) => ({ learningRate: 0.05, alphaRate, beta })),
);

const cell = (id: string, label: string, search: Omit<CellArm, "id" | "label">): CellArm => ({
  id,
  label,
  ...search,
});
const second = { kind: "darts", order: 2, grid: plain } as const;
const alternating = { kind: "rarts", order: "gauss-seidel", grid: coupled } as const;

export const cellArms: readonly CellArm[] = [
  cell("darts-1", "DARTS, first order", { kind: "darts", order: 1, grid: plain }),
  cell("darts-2", "DARTS, second order, finite differences", {
    ...second,
    hypergradient: "finite-difference",
  }),
  cell("darts-2-exact", "DARTS, second order, exact", { ...second, hypergradient: "exact" }),
  cell("single", "Single level", { kind: "single", order: "gauss-seidel", grid: plain }),
  cell("rarts", "RARTS, Gauss-Seidel", alternating),
  cell("rarts-jacobi", "RARTS, Jacobi", { ...alternating, order: "jacobi" }),
  cell("rarts-val", "RARTS, architecture by validation alone", {
    ...alternating,
    architectureLosses: "validation",
    grid: [],
    settingsOf: "rarts",
  }),
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
