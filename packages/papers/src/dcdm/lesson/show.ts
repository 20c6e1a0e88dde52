import { conjugateGradient, multigrid, poisson2d } from "@minimand/lab/solvers";
import { numberOf, type Shown, type Values } from "../../lessons/lesson.ts";
import { smokeFlow } from "./smoke-flow.ts";

const size = 40;
const [steps, between] = [120, 3];
const common = { tolerance: 1e-4, relativeTo: "rightHandSide" } as const;

/** Shows a plume past discs, its pressure solved by conjugate gradients with multigrid, and without it. */
export async function show(values: Values): Promise<Shown> {
  const [discs, x, radius] = ["discs", "x", "radius"].map((name) => numberOf(values, name));
  const solid = discsOf(discs, x / 100, radius / 100);
  const A = poisson2d({ shape: [size, size], solid, boundary: "neumannExceptTop" });
  const preconditioner = multigrid(A);
  const flow = smokeFlow(A, size);
  const frames: Uint8Array[] = [];
  const iterations = { multigrid: 0, plain: 0 };
  let pressures = [new Float64Array(A.size), new Float64Array(A.size)];
  for (let step = 0; step < steps; step++) {
    flow.push();
    const b = flow.inflow();
    const by = conjugateGradient(A, b, { ...common, x0: pressures[0], preconditioner });
    const alone = conjugateGradient(A, b, { ...common, x0: pressures[1] });
    iterations.multigrid += by.iterations / steps;
    iterations.plain += alone.iterations / steps;
    pressures = [by.x, alone.x] as Float64Array<ArrayBuffer>[];
    flow.project(by.x);
    flow.advect();
    if (step % between === between - 1)
      frames.push(Uint8Array.from(flow.smoke, (value) => 255 * Math.min(1, value)));
  }
  return {
    figures: [],
    words: `${steps} equations of ${size * size} cells: multigrid took ${iterations.multigrid.toFixed(1)} iterations a step on average, conjugate gradients alone ${iterations.plain.toFixed(1)}.`,
    frames: {
      width: size,
      frames,
      solid,
      label: `Smoke that rises past ${discs === 1 ? "a disc" : `${discs} discs`}`,
    },
  };
}

/** Places discs: the first at half of the height, the others above it, to its right and left in turn. */
function discsOf(count: number, x: number, radius: number): Uint8Array {
  const centers = [
    [0.55, x],
    [0.3, (x + 0.33) % 1],
    [0.3, (x + 0.67) % 1],
  ].slice(0, count);
  return Uint8Array.from({ length: size * size }, (_, cell) => {
    const [row, column] = [(Math.floor(cell / size) + 0.5) / size, ((cell % size) + 0.5) / size];
    return centers.some(([i, j]) => (row - i) ** 2 + (column - j) ** 2 < radius ** 2) ? 1 : 0;
  });
}
