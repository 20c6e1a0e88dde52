import { numpy as np } from "@jax-js/jax";
import { diffusionSorption, equationResiduals, solveDiffusionSorption } from "@minimand/lab/solvers";
import { disposeTree } from "minimand/engine";
import { coarse } from "./arm-trial.ts";
import { drawInstances, initialLines, solutionOf } from "./data.ts";
import { grid, problem, reference } from "./settings.ts";

/** Residual of the equation for numerical solutions on the grid. Below it, an arm's residual carries no information. */
export interface TruthSpec {
  part: "truth";
  /** Of the instances, and how many. */
  seed: number;
  count: number;
}

export interface TruthResult {
  part: "truth";
  /** Root mean square of the equation's residual, with this reproduction's data and with those of the paper. */
  compatible: number;
  original: number;
  /** The solution of the first instance, every second time and place. */
  field: number[][];
}

export function truthTrial({ seed, count }: TruthSpec): TruthResult {
  const instances = drawInstances(seed, count);
  const solutions = instances.map(solutionOf);
  // The paper's: a constant start that jumps to 1 at the left end.
  const every = (reference.points - 1) / (grid.places.length - 1);
  const jumping = instances.map(({ u0 }) => {
    const lines = solveDiffusionSorption(() => u0, grid.times, reference);
    return Float64Array.from(lines.flatMap((line) => grid.places.map((_, i) => line[i * every])));
  });
  return {
    part: "truth",
    compatible: residualOf(solutions, initialLines(instances), problem.rightBoundary),
    original: residualOf(
      jumping,
      Float32Array.from(instances.flatMap(({ u0 }) => grid.places.map(() => u0))),
      "outflow",
    ),
    field: coarse(solutions[0]),
  };
}

function residualOf(
  fields: readonly Float64Array[],
  initial: Float32Array<ArrayBuffer>,
  rightBoundary: "closed" | "outflow",
): number {
  const { equations, terms } = diffusionSorption(grid, { ...problem, rightBoundary });
  const [nt, nx] = [grid.times.length, grid.places.length];
  const field = np.array(Float32Array.from(fields.flatMap((own) => [...own])), {
    shape: [fields.length, nt, nx, 1],
  });
  const start = np.array(initial, { shape: [fields.length, nx] });
  const { pde, ...others } = equationResiduals(equations, terms(field, start));
  disposeTree(others);
  return np.sqrt(np.mean(np.square(pde))).item();
}
