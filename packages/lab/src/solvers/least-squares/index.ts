export type { LeastSquaresStatus } from "./descend.ts";
export { implicitAdjointLoss, implicitValue } from "./implicit.ts";
export type { LeastSquaresProblem, Residual } from "./residual.ts";
export {
  type ImplicitSolution,
  type LeastSquaresOptions,
  type LeastSquaresReport,
  type LeastSquaresSolver,
  leastSquaresSolver,
  levenbergMarquardt,
  solveImplicit,
} from "./solver.ts";
