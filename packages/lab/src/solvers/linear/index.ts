export {
  type ConjugateGradientOptions,
  conjugateGradient,
  conjugateGradientSteps,
} from "./conjugate-gradient.ts";
export { type CsrMatrix, csrMatrix } from "./csr.ts";
export * from "./dcdm.ts";
export * from "./dcdm-loss.ts";
export * from "./deflated.ts";
export * from "./incomplete-cholesky.ts";
export { jacobi } from "./jacobi.ts";
export * from "./lanczos.ts";
export type { LinearOperator, MatVec, OperatorLike } from "./linear-operator.ts";
export * from "./matrix-market.ts";
export * from "./multigrid/multigrid.ts";
export * from "./network-direction.ts";
export type { NullSpace } from "./null-space.ts";
export * from "./poisson.ts";
export * from "./poisson-array.ts";
export * from "./ritz-mixture.ts";
export type { SolveOptions, SolveResult } from "./solve.ts";
export type { Entries } from "./sparse-rows.ts";
