import type { numpy as np } from "@jax-js/jax";
import {
  type Boundary,
  conjugateGradient,
  type Direction,
  dcdm,
  dcdmLoss,
  deflatedPcg,
  incompleteCholesky,
  jacobi,
  lanczos,
  type PoissonOperator,
  poisson2d,
  poissonProduct,
  ritz,
  ritzMixture,
  type SolveResult,
} from "@minimand/lab/solvers";
import type { Tree } from "minimand/engine";
import { keyOf } from "minimand/engine";
import { dcdmNet2d } from "minimand/models";
import { type Adapters, float, meanAndGradients } from "../../kit/golden/adapters.ts";

type Grid = number[][];

const onGrid = (x: Float64Array, columns: number): Grid =>
  Array.from({ length: x.length / columns }, (_, i) => [...x.subarray(i * columns, (i + 1) * columns)]);

function operatorOf(grid: Grid, boundary: Boundary): PoissonOperator {
  return poisson2d({ shape: [grid.length, grid[0].length], boundary });
}

/** Runs a fixed number of iterations, whatever the residual. */
const exactly = (iterations: number) => ({ maxIterations: iterations, tolerance: 0 });

const solved = ({ x, residualNorms }: SolveResult, columns: number) => ({
  x: onGrid(x, columns),
  residualNorms,
});

/** The host's product and the engine's; both have to agree with the vectors. */
const apply: Adapters[string] = ({ u, solid }, { boundary }) => {
  const shape: [number, number] = [u.length, u[0].length];
  const A = poisson2d({ shape, solid: solid.flat(), boundary });
  const value = onGrid(A.matvec(Float64Array.from(u.flat())), shape[1]);
  const [product] = poissonProduct(A)(float([u])).js() as Grid[];
  const difference = Math.max(...value.flatMap((row, i) => row.map((v, j) => Math.abs(v - product[i][j]))));
  if (difference > 1e-12) throw new Error(`the engine's product differs by ${difference}`);
  return { value };
};

const directions: Record<string, (options: { a: number; b: number; c: number }) => Direction> = {
  "f(r)=r": () => (r) => r,
  "f(r)=a*r+b*roll(r,1)+c*abs(r), r the normalised residual, roll moves entry i to i+1 (cyclic)":
    ({ a, b, c }) =>
    (r) =>
      r.map((v, i) => a * v + b * r[(i + r.length - 1) % r.length] + c * Math.abs(v)),
};

const solve: Adapters[string] = ({ b }, options) => {
  const A = poisson2d({ shape: [options.gridSize, options.gridSize], boundary: options.boundary });
  const { iterations, orthogonalizeAgainst } = options;
  const { x, residualNorms } = dcdm(A, b, directions[options.direction](options), {
    ...exactly(iterations),
    orthogonalizeAgainst,
  });
  return { x: [...x], residualNorms };
};

const loss: Adapters[string] = ({ b, q }, { boundary, squared }) => {
  const A = poissonProduct(operatorOf(b[0], boundary));
  const { mean, gradients } = meanAndGradients(
    (each: np.Array) => dcdmLoss(float(b), each, A, { squared }),
    float(q),
  );
  return { value: mean, grad_q: gradients[0] };
};

export const adapters: Adapters = {
  poisson2dApply_dirichlet: apply,
  poisson2dApply_obstacle: apply,
  poisson2dApply_topOpen_obstacle: apply,

  cg: ({ b }, { iterations, boundary }) =>
    solved(conjugateGradient(operatorOf(b, boundary), b.flat(), exactly(iterations)), b[0].length),

  pcgIncompleteCholesky({ b }, { iterations, boundary }) {
    const A = operatorOf(b, boundary);
    const preconditioner = incompleteCholesky(A.toCsr());
    return solved(conjugateGradient(A, b.flat(), { ...exactly(iterations), preconditioner }), b[0].length);
  },

  ic0Apply: ({ r }, { boundary }) => ({
    value: onGrid(
      incompleteCholesky(operatorOf(r, boundary).toCsr())(Float64Array.from(r.flat())),
      r[0].length,
    ),
  }),

  deflatedPcg({ b }, { iterations, vectors, boundary }) {
    const A = operatorOf(b, boundary);
    const preconditioner = jacobi(A.diagonal);
    return solved(deflatedPcg(A, b.flat(), { ...exactly(iterations), vectors, preconditioner }), b[0].length);
  },

  lanczosReorthogonalised({ b }, { steps, gridSize, boundary }) {
    const { vectors, diagonal, subdiagonal } = lanczos(
      poisson2d({ shape: [gridSize, gridSize], boundary }),
      b,
      steps,
    );
    return { Q: vectors.map((q) => [...q]), diagonal: [...diagonal], subDiagonal: [...subdiagonal] };
  },

  ritzValues: ({ b }, { steps, gridSize, boundary }) => ({
    value: [...ritz(poisson2d({ shape: [gridSize, gridSize], boundary }), b, steps).values],
  }),

  ritzMixture: ({ ritzVectors, coefficients }, { theta, lowScale }) => ({
    value: [
      ...ritzMixture(
        (ritzVectors as Grid).map((v) => Float64Array.from(v)),
        coefficients,
        { theta, lowScale },
      ),
    ],
  }),

  dcdm: solve,
  dcdm_identityDirection_equalsCg: solve,
  dcdmLoss_squared: loss,
  dcdmLoss_norm: loss,

  dcdmNet2d({ r, weights }, { channels }) {
    const net = dcdmNet2d({ channels });
    const { state } = net.init(keyOf(0));
    const params = Object.fromEntries(
      Object.entries(weights as Record<string, { w: unknown[]; b: number[] }>).map(([name, { w, b }]) => [
        name,
        // The vectors have [out, in, height, width].
        { kernel: float(w).transpose([2, 3, 1, 0]), bias: float(b) },
      ]),
    );
    const image = float([r]).reshape([1, r.length, r[0].length, 1]);
    const [q] = net.apply({ params: params as Tree, state }, image, { training: false });
    return { value: q.reshape([r.length, r[0].length]).js() };
  },
};
