import { numpy as np } from "@jax-js/jax";
import {
  diffusionSorption,
  finiteDifference,
  type ImplicitSolution,
  implicitValue,
  type LeastSquaresOptions,
  levenbergMarquardt,
  partitionGrid,
  retardationFactor,
  solveImplicit,
} from "@minimand/lab/solvers";
import { compiledValueAndGrad, refTree } from "minimand/engine";
import { linearCombination } from "../../../../lab/src/solvers/grids/linear-combination.ts";
import { type Adapters, float } from "../../kit/golden/adapters.ts";

/** `[u + kappa u^3 - y ; ridge w]` with `u = B w`, of one problem. */
const cubic =
  (y: number[], { kappa, ridge }: { kappa: number; ridge: number }) =>
  (w: np.Array, B: np.Array): np.Array => {
    const u = np.matmul(B, w.ref);
    const rows = u.ref.add(u.ref.mul(u.ref).mul(u).mul(float(kappa))).sub(float(y));
    return np.concatenate([rows, w.mul(float(ridge))]);
  };

const exact: LeastSquaresOptions = { tolerance: 0, maxIterations: 200 };
/** The start of the search: `zeros`, one for each column of the basis, or numbers. */
const startOf = (B: number[][], w0: number[] | string = "zeros"): np.Array =>
  float(Array.isArray(w0) ? w0 : B[0].map(() => 0));

/** Half the squared distance of `u` from a target. */
const distance = (u: np.Array, target: number[]): np.Array =>
  np
    .square(u.sub(float(target)))
    .sum()
    .mul(float(0.5));

/** Value and gradient, in B, of an outer loss. */
function outerOf(B: number[][], loss: (B: np.Array) => np.Array): { value: number; gradient: unknown } {
  const run = compiledValueAndGrad(loss);
  const [value, gradient] = run(float(B));
  const found = { value: value.item(), gradient: gradient.js() as unknown };
  run.dispose();
  return found;
}

const kept = ({ w, inverse, one }: ImplicitSolution): ImplicitSolution => ({
  w: w.ref,
  inverse: inverse.ref,
  one: one.ref,
});

export const adapters: Adapters = {
  fdmDerivatives: ({ u, t, x }) => {
    const u_x = finiteDifference(float(u), x, 1);
    return {
      u_t: finiteDifference(float(u), t, 0).js(),
      u_xx: finiteDifference(u_x.ref, x, 1).js(),
      u_x: u_x.js(),
    };
  },

  retardationFactor: ({ u }, options) => ({ value: retardationFactor(float(u), options).js() }),

  diffusionSorptionResidual: ({ u, u_t, u_xx }, options) => {
    const { residual } = diffusionSorption({ times: [0, 1], places: [0, 1] }, options);
    return { value: residual({ u: float(u), u_t: float(u_t), u_xx: float(u_xx) }).js() };
  },

  // The boundary of the vectors is that of the authors' code, and the order of rows the layer's.
  diffusionSorptionObjective: (
    { basis, t, x, w, initial, sampleIndices },
    { ridge, rightBoundarySign: _, order: __, ...medium },
  ) => {
    const grid = { times: t, places: x };
    const { equations, terms } = diffusionSorption(grid, { ...medium, rightBoundary: "printed" });
    const line = Array.isArray(initial) ? initial : x.map(() => initial);
    const all = terms(float([basis]), float([line]));
    const sampled = (field: np.Array): np.Array => {
      const [, , , size] = field.shape;
      return np.take(field.reshape([1, -1, size]), np.array(Int32Array.from(sampleIndices)), 1);
    };
    const rows = () =>
      Object.fromEntries(
        Object.entries(all).map(([name, { fields, data = {} }]) => {
          const own = Object.entries(fields).map(([field, values]) => {
            return [field, name === "pde" ? sampled(values.ref) : values.ref] as const;
          });
          const count = own[0][1].shape[1];
          const weights = float([new Array(count).fill(1)]);
          return [name, { fields: Object.fromEntries(own), data: refTree(data), weights }];
        }),
      );
    const problem = linearCombination(equations, ridge);
    const [value] = problem.residual(float([w]), rows()).js() as number[][];
    const [jacobian] = problem.jacobian!(float([w]), rows()).js() as number[][][];
    return { value, jacobian };
  },

  dimensionPartition: ({ array }, { experts }) => ({ value: partitionGrid(float(array), experts).js() }),

  implicitLayer_generic: ({ B, y, target }, options) => {
    const residual = cubic(y, options);
    const of = (hessian: "exact" | "gauss-newton") => {
      const { solution, report } = solveImplicit(residual, float(B), startOf(B, options.w0), {
        ...exact,
        hessian,
      });
      const { value, gradient } = outerOf(B, (b) => {
        const w = implicitValue(residual, b.ref, kept(solution));
        return distance(np.matmul(b, w), target);
      });
      const hessianOf = np.linalg.inv(solution.inverse).js();
      return { w: solution.w.js(), objective: report.objective[0], hessian: hessianOf, value, gradient };
    };
    const [full, gaussNewton] = [of("exact"), of("gauss-newton")];
    return {
      w: full.w,
      innerObjective: full.objective,
      hessian: full.hessian,
      gaussNewtonHessian: gaussNewton.hessian,
      outerLoss: full.value,
      grad_B_exactImplicit: full.gradient,
      grad_B_gaussNewtonImplicit: gaussNewton.gradient,
    };
  },

  lmStep: ({ B, y, w }, { damping, ...options }) => {
    const step = (kind: "identity" | "diagonal"): number[] => {
      const found = levenbergMarquardt(cubic(y, options), float(B), float(w), {
        maxIterations: 1,
        damping: kind,
        initialDamping: damping,
      });
      return (found.w.js() as number[]).map((value, i) => value - w[i]);
    };
    return { stepIdentityDamping: step("identity"), stepDiagonalDamping: step("diagonal") };
  },

  mixtureOfTwoExperts_generic: ({ B, y, target }, { rowBlocks, w0, ...options }) => {
    const experts = (rowBlocks as [number, number][]).map((rows) => {
      const residual = cubic((y as number[]).slice(...rows), options);
      const block = float((B as number[][]).slice(...rows));
      return { rows, residual, ...solveImplicit(residual, block, startOf(B, w0), exact) };
    });
    const fieldOf = (b: np.Array): np.Array => {
      const blocks = experts.map(({ rows, residual, solution }) => {
        const block = b.ref.slice(rows);
        return np.matmul(block.ref, implicitValue(residual, block, kept(solution)));
      });
      b.dispose();
      return np.concatenate(blocks);
    };
    const { value, gradient } = outerOf(B, (b) => distance(fieldOf(b), target));
    return {
      weights: experts.map(({ solution }) => solution.w.ref.js()),
      u: fieldOf(float(B)).js(),
      outerLoss: value,
      grad_B_exactImplicit: gradient,
    };
  },
};
