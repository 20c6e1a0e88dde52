/*
 * Smoke rises past a disc. The velocities of every step are made free of divergence by a pressure, which solves a Poisson equation:
 * the case that solvers of such equations are compared on.
 *
 * Every solver gets the equations of all steps, starts from its own pressure of the step before, and stops at a residual of 1e-4 of
 * the right-hand side. The network of the deep conjugate direction method is trained first, on an empty box of a quarter of the
 * cells. Frames are written as PNG, and the times are printed: few iterations aren't yet little time. So little training suffices
 * where all directions are kept; with the last two, as in the paper, the method goes round in circles and solves few steps or none.
 *
 *     npx node --conditions=minimand-source examples/smoke.ts [FOLDER]
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { NativeUnavailableError, nativeCompiler } from "@minimand/native";
import { encode } from "fast-png";
import {
  adam,
  conjugateGradient,
  type Direction,
  dcdm,
  dcdmUNet2d,
  deflatedPcg,
  directionObjective,
  incompleteCholesky,
  minibatches,
  multigrid,
  networkDirection,
  type PoissonOperator,
  poisson2d,
  poissonProduct,
  predictor,
  ritz,
  ritzMixtures,
  type SolveResult,
  supervised,
  train,
} from "minimand";
import { type Compile, disposeTree, keyOf } from "minimand/engine";
import { startEngine } from "minimand/start";

export interface SmokeSettings {
  /** Cells along a side of the square; a multiple of 8. */
  size?: number;
  steps?: number;
  /** Right-hand sides that the network is trained on, and passes over them. */
  examples?: number;
  epochs?: number;
  /** Where frames go; none are written without it. */
  folder?: string;
  /** The engine's own unless given. */
  compile?: Compile;
}

/** What one solver took, on average over the steps. */
export interface SolverUse {
  iterations: number;
  milliseconds: number;
  /** Steps in which it didn't come to the tolerance. */
  failed: number;
}

export interface SmokeResult {
  solvers: Record<string, SolverUse>;
  /** Milliseconds of a step without its pressure, and with a PNG. */
  rest: number;
  /** The largest divergence that the pressure left in a fluid cell, as a share of the largest before. */
  divergence: number;
  /** How high smoke has come, as a share of the height. */
  height: number;
  frames: number;
}

const boundary = "neumannExceptTop";
const tolerance = 1e-4;

/** Velocities on the sides of cells, and smoke in their middles; rows go down. */
interface Flow {
  /** Across, on the left of each cell and on the right of the last: `[size, size + 1]`. */
  across: Float64Array;
  /** Down, above each cell and below the last: `[size + 1, size]`. */
  down: Float64Array;
  smoke: Float64Array;
}

type Solve = (b: Float64Array, x0: Float64Array) => SolveResult;

/** Runs the simulation. */
export async function smoke(settings: SmokeSettings = {}): Promise<SmokeResult> {
  const { size = 64, steps = 120, examples = 500, epochs = 12, folder, compile } = settings;
  const A = poisson2d({ shape: [size, size], solid: disc(size), boundary });
  const network = await trained(size / 2, examples, epochs, compile);
  const solvers = solversFor(A, network.direction(A));
  const runs = Object.entries(solvers).map(([name, solve]) => ({
    ...{ name, solve, pressure: new Float64Array(A.size) as Float64Array },
    use: { iterations: 0, milliseconds: 0, failed: 0 } as SolverUse,
  }));
  if (folder !== undefined) await mkdir(folder, { recursive: true });
  const flow: Flow = {
    across: new Float64Array(size * (size + 1)),
    down: new Float64Array((size + 1) * size),
    smoke: new Float64Array(size * size),
  };
  let rest = 0;
  let divergence = 0;
  let frames = 0;
  for (let step = 0; step < steps; step++) {
    const start = performance.now();
    push(flow, A, size);
    const b = inflow(flow, A, size);
    rest += performance.now() - start;
    for (const run of runs) {
      const began = performance.now();
      const { x, iterations, status } = run.solve(b, run.pressure);
      run.use.milliseconds += (performance.now() - began) / steps;
      run.use.iterations += iterations / steps;
      if (status !== "converged") run.use.failed++;
      run.pressure = x;
    }
    const again = performance.now();
    project(flow, A, runs[0].pressure, size);
    divergence = Math.max(divergence, largest(inflow(flow, A, size)) / (largest(b) || 1));
    advect(flow, A, size);
    if (folder !== undefined && step % 4 === 3) {
      await writeFile(join(folder, `${String(frames++).padStart(3, "0")}.png`), frameOf(flow, A, size));
    }
    rest += performance.now() - again;
  }
  network.dispose();
  const top = flow.smoke.findIndex((value) => value > 0.05);
  return {
    solvers: Object.fromEntries(runs.map(({ name, use }) => [name, use])),
    rest: rest / steps,
    divergence,
    height: top < 0 ? 0 : 1 - Math.floor(top / size) / size,
    frames,
  };
}

/** Every solver with what it makes once for the matrix; the pressures of the first one are used. */
function solversFor(A: PoissonOperator, direction: Direction): Record<string, Solve> {
  const common = { tolerance, relativeTo: "rightHandSide" } as const;
  const csr = A.toCsr();
  const [factor, cycle] = [incompleteCholesky(csr), multigrid(A)];
  const start = Float64Array.from({ length: A.size }, (_, cell) => A.fluid[cell] * Math.sin(cell * cell));
  const pairs = ritz(A, start, 200);
  const slowest = { values: pairs.values.slice(0, 16), vectors: pairs.vectors.slice(0, 16) };
  return {
    multigrid: (b, x0) => conjugateGradient(A, b, { ...common, x0, preconditioner: cycle }),
    "conjugate gradients": (b, x0) => conjugateGradient(A, b, { ...common, x0 }),
    "incomplete Cholesky": (b, x0) => conjugateGradient(A, b, { ...common, x0, preconditioner: factor }),
    deflated: (b, x0) => deflatedPcg(A, b, { ...common, x0, vectors: slowest }),
    "dcdm, k = 2": (b, x0) => dcdm(A, b, direction, { ...common, x0 }),
    "dcdm, k = all": (b, x0) => dcdm(A, b, direction, { ...common, x0, orthogonalizeAgainst: "all" }),
  };
}

/** A network that was trained on an empty box, as direction on any. */
async function trained(size: number, count: number, epochs: number, compile: Compile | undefined) {
  const box = poisson2d({ shape: [size, size], boundary });
  const model = dcdmUNet2d();
  const step = supervised({
    ...{ model, objective: directionObjective(model, poissonProduct(box)), optimizer: adam(3e-3), compile },
  });
  const rightHandSides = ritzMixtures(box, box.size, { count, seed: 1 });
  const x = new Float32Array(count * box.size);
  rightHandSides.forEach((b, i) => {
    x.set(b, i * box.size);
  });
  const batches = minibatches(
    { x, shape: [size, size, 1], y: new Float32Array(count) },
    { size: 10, seed: 1 },
  );
  const { state } = await train({ step, state: step.init(keyOf(1)), data: batches, epochs });
  const predict = predictor(model, compile);
  return {
    direction: ({ shape: [rows, columns] }: PoissonOperator): Direction =>
      networkDirection({ predict, params: step.params(state), shape: [rows, columns] }),
    dispose() {
      disposeTree([state.params, state.optimizer, state.modelState]);
      predict.dispose();
      step.dispose();
    },
  };
}

/** The disc in the way of the smoke, as solid cells. */
function disc(size: number): Uint8Array {
  return Uint8Array.from({ length: size * size }, (_, cell) => {
    const [y, x] = [(Math.floor(cell / size) + 0.5) / size, ((cell % size) + 0.5) / size];
    return (x - 0.48) ** 2 + (y - 0.5) ** 2 < 0.012 ? 1 : 0;
  });
}

/** New smoke below, smoke that is lighter than air, and walls that let nothing through; above, the grid is open. */
function push({ smoke, across, down }: Flow, { fluid }: PoissonOperator, size: number): void {
  const [top, bottom] = [Math.round(0.88 * size), Math.round(0.96 * size)];
  for (let i = top; i < bottom; i++)
    for (let j = Math.round(0.42 * size); j < Math.round(0.58 * size); j++) smoke[i * size + j] = 1;
  for (let i = 0; i <= size; i++)
    for (let j = 0; j < size; j++) {
      const [above, below] = [(i - 1) * size + j, i * size + j];
      const open = i < size && fluid[below] === 1 && (i === 0 || fluid[above] === 1);
      down[below] = open ? down[below] - 0.05 * ((smoke[above] ?? 0) + smoke[below]) : 0;
    }
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= size; j++) {
      const [left, right] = [i * size + j - 1, i * size + j];
      const open = j > 0 && j < size && fluid[left] === 1 && fluid[right] === 1;
      if (!open) across[i * (size + 1) + j] = 0;
    }
}

/** What flows into each fluid cell and not out again. */
function inflow({ across, down }: Flow, { fluid }: PoissonOperator, size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, cell) => {
    if (fluid[cell] === 0) return 0;
    const [i, j] = [Math.floor(cell / size), cell % size];
    const left = across[i * (size + 1) + j];
    return left - across[i * (size + 1) + j + 1] + down[cell] - down[cell + size];
  });
}

/** Takes the gradient of the pressure out of the velocities between fluid cells; above the grid the pressure is 0. */
function project({ across, down }: Flow, { fluid }: PoissonOperator, p: Float64Array, size: number): void {
  for (let cell = 0; cell < size * size; cell++) {
    if (fluid[cell] === 0) continue;
    const [i, j] = [Math.floor(cell / size), cell % size];
    if (j > 0 && fluid[cell - 1] === 1) across[i * (size + 1) + j] -= p[cell] - p[cell - 1];
    if (i === 0) down[cell] -= p[cell];
    else if (fluid[cell - size] === 1) down[cell] -= p[cell] - p[cell - size];
  }
}

/** Moves velocities and smoke along the flow: each place gets what was where it comes from. */
function advect(flow: Flow, { fluid }: PoissonOperator, size: number): void {
  const { across, down, smoke } = flow;
  const [u, v, s] = [across.slice(), down.slice(), smoke.slice()];
  const uAt = (y: number, x: number) => between(u, size, size + 1, y - 0.5, x);
  const vAt = (y: number, x: number) => between(v, size + 1, size, y, x - 0.5);
  const moved = (y: number, x: number) => [y - vAt(y, x), x - uAt(y, x)] as const;
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= size; j++) across[i * (size + 1) + j] = uAt(...moved(i + 0.5, j));
  for (let i = 0; i <= size; i++)
    for (let j = 0; j < size; j++) down[i * size + j] = vAt(...moved(i, j + 0.5));
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      const [y, x] = moved(i + 0.5, j + 0.5);
      smoke[i * size + j] = fluid[i * size + j] * 0.998 * between(s, size, size, y - 0.5, x - 0.5);
    }
}

/** Linear between the numbers of a grid, those of its border beyond it. */
function between(values: Float64Array, rows: number, columns: number, y: number, x: number): number {
  const [i, j] = [Math.max(0, Math.min(rows - 1, y)), Math.max(0, Math.min(columns - 1, x))];
  const [i0, j0] = [Math.min(Math.floor(i), rows - 2), Math.min(Math.floor(j), columns - 2)];
  const [a, b] = [i - i0, j - j0];
  const at = i0 * columns + j0;
  return (
    (1 - a) * ((1 - b) * values[at] + b * values[at + 1]) +
    a * ((1 - b) * values[at + columns] + b * values[at + columns + 1])
  );
}

const largest = (values: Float64Array): number => values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);

/** Smoke as dark as it is dense, the disc brown, four pixels a cell. */
function frameOf({ smoke }: Flow, { fluid }: PoissonOperator, size: number): Uint8Array {
  const side = 4 * size;
  const data = new Uint8Array(side * side * 3);
  for (let pixel = 0; pixel < side * side; pixel++) {
    const cell = Math.floor(Math.floor(pixel / side) / 4) * size + Math.floor((pixel % side) / 4);
    const grey = 255 * (1 - 0.9 * Math.min(1, Math.max(0, smoke[cell])));
    data.set(fluid[cell] === 1 ? [grey, grey, grey] : [150, 100, 60], 3 * pixel);
  }
  return encode({ width: side, height: side, data, channels: 3 });
}

if (import.meta.main) {
  await startEngine();
  const compile = await nativeCompiler().catch((error: unknown) => {
    if (error instanceof NativeUnavailableError) return undefined;
    throw error;
  });
  const folder = process.argv[2] ?? "minimand-smoke";
  const steps = 120;
  const { solvers, rest, divergence, frames } = await smoke({ steps, folder, compile });
  for (const [name, { iterations, milliseconds, failed }] of Object.entries(solvers))
    console.log(
      `${name.padEnd(20)} ${iterations.toFixed(1).padStart(6)} iterations ${milliseconds.toFixed(2).padStart(8)} ms a step${failed > 0 ? `, not solved in ${failed} of ${steps} steps` : ""}`,
    );
  console.log(
    `all else ${rest.toFixed(2)} ms a step; of the divergence at most ${divergence.toExponential(1)} is left`,
  );
  console.log(`${frames} frames in ${folder}`);
}
