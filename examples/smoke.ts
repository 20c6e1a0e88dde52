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
import {
  conjugateGradient,
  type Direction,
  dcdm,
  deflatedPcg,
  directionObjective,
  incompleteCholesky,
  multigrid,
  networkDirection,
  type PoissonOperator,
  poisson2d,
  poissonProduct,
  ritz,
  ritzMixtures,
  type SolveResult,
} from "@minimand/lab/solvers";
import { NativeUnavailableError, nativeCompiler } from "@minimand/native";
import { type SmokeFlow, smokeFlow } from "@minimand/papers/lessons";
import { encode } from "fast-png";
import { adam, minibatches, predictor, supervised, train } from "minimand";
import { type Compile, disposeTree, keyOf } from "minimand/engine";
import { dcdmUNet2d } from "minimand/models";
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

type Solve = (b: Float64Array, x0: Float64Array) => SolveResult;

/** Runs the simulation. */
export async function smoke(settings: SmokeSettings = {}): Promise<SmokeResult> {
  const { size = 64, steps = 120, examples = 500, epochs = 12, folder, compile } = settings;
  const A = poisson2d({ shape: [size, size], solid: disc(size), boundary });
  const network = await trained(size / 2, examples, epochs, compile);
  const solvers = solversFor(A, network.direction(A));
  const runs = Object.entries(solvers).map(([name, solve]) => ({
    name,
    solve,
    pressure: new Float64Array(A.size) as Float64Array,
    use: { iterations: 0, milliseconds: 0, failed: 0 } as SolverUse,
  }));
  if (folder !== undefined) await mkdir(folder, { recursive: true });
  const flow = smokeFlow(A, size);
  let rest = 0;
  let divergence = 0;
  let frames = 0;
  for (let step = 0; step < steps; step++) {
    const start = performance.now();
    flow.push();
    const b = flow.inflow();
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
    flow.project(runs[0].pressure);
    divergence = Math.max(divergence, largest(flow.inflow()) / (largest(b) || 1));
    flow.advect();
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
    model,
    objective: directionObjective(model, poissonProduct(box)),
    optimizer: adam(3e-3),
    compile,
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

const largest = (values: Float64Array): number => values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);

/** Smoke as dark as it is dense, the disc brown, four pixels a cell. */
function frameOf({ smoke }: SmokeFlow, { fluid }: PoissonOperator, size: number): Uint8Array {
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
