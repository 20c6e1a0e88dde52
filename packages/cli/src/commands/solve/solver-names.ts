/** What solves a system, in the order of the help. */
export const solverNames = ["cg", "jacobi", "ic", "deflated"] as const;

/** Its name on the command line. */
export type SolverName = (typeof solverNames)[number];

/** What each is, for the help. */
export const solverHelp: Record<SolverName, string> = {
  cg: "conjugate gradients",
  jacobi: "with the diagonal as preconditioner",
  ic: "with an incomplete Cholesky factor",
  deflated: "by Jacobi, with the slowest part taken out by Ritz vectors",
};
