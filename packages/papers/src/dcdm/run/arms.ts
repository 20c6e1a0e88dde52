import {
  conjugateGradient,
  dcdm,
  deflatedPcg,
  incompleteCholesky,
  jacobi,
  type MatVec,
  multigrid,
  type PoissonOperator,
  type SolveResult,
} from "@minimand/lab/solvers";
import { dcdmNet2d, dcdmUNet2d } from "minimand/models";
import { named } from "../../kit/named.ts";
import { deflation, mostClassical } from "./settings.ts";

/** Solves one equation to a tolerance, by no more than so many iterations. */
export type Solve = (b: Float64Array, tolerance: number, maxIterations?: number) => SolveResult;

/** A solver without a network; `prepare` does the work that a matrix needs once. */
export interface Classical {
  id: string;
  label: string;
  prepare(A: PoissonOperator): Solve;
}

const limit = mostClassical;

const preconditioned =
  (make: (A: PoissonOperator) => MatVec) =>
  (A: PoissonOperator): Solve => {
    const preconditioner = make(A);
    return (b, tolerance, maxIterations = limit) =>
      conjugateGradient(A, b, { tolerance, maxIterations, preconditioner });
  };

export const classical: readonly Classical[] = [
  {
    id: "steepest",
    label: "steepest descent",
    prepare:
      (A) =>
      (b, tolerance, maxIterations = limit) =>
        dcdm(A, b, (r) => r, { tolerance, maxIterations, orthogonalizeAgainst: 0 }),
  },
  {
    id: "cg",
    label: "CG",
    prepare:
      (A) =>
      (b, tolerance, maxIterations = limit) =>
        conjugateGradient(A, b, { tolerance, maxIterations }),
  },
  { id: "jacobi", label: "CG, Jacobi", prepare: preconditioned((A) => jacobi(A.diagonal)) },
  {
    id: "deflated",
    label: "deflated PCG",
    prepare(A) {
      const preconditioner = jacobi(A.diagonal);
      return (b, tolerance, maxIterations = limit) =>
        deflatedPcg(A, b, { tolerance, maxIterations, preconditioner, vectors: deflation });
    },
  },
  { id: "ic", label: "CG, IC(0)", prepare: preconditioned((A) => incompleteCholesky(A.toCsr())) },
  { id: "multigrid", label: "CG, multigrid", prepare: preconditioned((A) => multigrid(A)) },
];

export const nets = [
  { id: "paper", label: "DCDM", make: dcdmNet2d },
  { id: "unet", label: "DCDM, U-Net", make: dcdmUNet2d },
] as const;
export type NetId = (typeof nets)[number]["id"];
export const netOf = (id: string) => named(nets, id, "network");

/** Numbers of earlier directions to which a new one is made conjugate. */
export const memories = [2, 0, "all"] as const;
export type Memory = (typeof memories)[number];
