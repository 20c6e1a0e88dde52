import { numpy as np } from "@jax-js/jax";
import {
  diffusionSorption,
  type LayerConstants,
  type LayerTerms,
  linearCombinationLayer,
  softConstraintLoss,
} from "@minimand/lab/solvers";
import {
  type Compile,
  compileWithJit,
  differentiate,
  disposeTree,
  refTree,
  type Tree,
} from "minimand/engine";
import { expect, it } from "vitest";
import { asyncLeakOf } from "../../../../../test/support/leaks.ts";
import { nativeCompiler } from "../compile.ts";

const grid = { times: [0, 100, 200, 300, 400, 500], places: [0, 0.2, 0.4, 0.6, 0.8, 1] };
const [nt, nx, size] = [6, 6, 3];
const { equations, terms: termsOf } = diffusionSorption(grid, {
  scale: 500,
  rightBoundary: "closed",
  relativeInitial: false,
});

const inputs = () => ({
  basis: np.array(
    Float32Array.from({ length: 2 * nt * nx * size }, (_, i) => {
      const [j, x, t] = [i % size, Math.floor(i / size) % nx, Math.floor(i / (size * nx)) % nt];
      return 0.6 + 0.4 * Math.cos((j + 1) * (0.3 * x - 0.1 * t) + (i < nt * nx * size ? 0 : 0.4));
    }),
    { shape: [2, nt, nx, size] },
  ),
  initial: np.array(
    Float32Array.from({ length: 2 * nx }, (_, i) => 0.1 + 0.9 * Math.exp(-((i % nx) ** 2) / 4)),
    { shape: [2, nx] },
  ),
});

/** Loss and gradient, by the basis, behind the inner solve of a layer with two experts. */
function layerWith(compile: Compile) {
  const layer = linearCombinationLayer({
    equations,
    grid: [nt, nx],
    size,
    experts: [1, 2],
    samplesPerExpert: 12,
    compile,
  });
  const gradientOf = differentiate(
    (basis: np.Array, initial: np.Array, constants: Tree): [np.Array, Tree] => {
      const weights = layer.weights(termsOf(basis.ref, initial.ref), constants as unknown as LayerConstants);
      const field = layer.combine(basis, weights).reshape([2, nt, nx, 1]);
      return [softConstraintLoss(equations, termsOf(field, initial)), []];
    },
  );
  const run = compile((one: np.Array, basis: np.Array, initial: np.Array, constants: Tree): Tree[] => {
    const [[loss], gradient] = gradientOf(one, basis, initial, constants);
    return [loss, gradient];
  });
  const made = compile((basis: np.Array, initial: np.Array) => termsOf(basis, initial) as unknown as Tree);
  return {
    step(): { w: number[]; loss: number; gradient: number[] } {
      const { basis, initial } = inputs();
      const { constants } = layer.solve(made(basis.ref, initial.ref) as unknown as LayerTerms);
      const w = [...constants.solution.w.ref.dataSync()];
      const [loss, gradient] = run(1 as never, basis, initial, constants as unknown as Tree) as np.Array[];
      return { w, loss: loss.item(), gradient: [...gradient.dataSync()] };
    },
    dispose() {
      for (const own of [layer, run, made]) own.dispose();
    },
  };
}

it("solves inside what is trained, and differentiates through it, as the engine's own compiler does", async () => {
  const [native, wasm] = [layerWith(await nativeCompiler()), layerWith(compileWithJit)];
  const [found, expected] = [native.step(), wasm.step()];
  expect(found.loss).toBeCloseTo(expected.loss, 3);
  const size = Math.max(...expected.gradient.map(Math.abs));
  found.gradient.forEach((value, i) => {
    expect(Math.abs(value - expected.gradient[i])).toBeLessThan(0.02 * size);
  });
  found.w.forEach((value, i) => {
    expect(value).toBeCloseTo(expected.w[i], 2);
  });
  for (const own of [native, wasm]) expect(await asyncLeakOf(async () => own.step())).toBe(0);
  for (const own of [native, wasm]) own.dispose();
});

it("keeps the terms that it looks at", () => {
  const { basis, initial } = inputs();
  const layer = linearCombinationLayer({ equations, grid: [nt, nx], size });
  const terms = termsOf(basis, initial);
  disposeTree(layer.solve(refTree(terms as never) as LayerTerms).constants as never);
  expect(terms.pde.fields.u.refCount).toBeGreaterThan(0);
  disposeTree(terms as never);
  expect(basis.refCount).toBe(0);
  layer.dispose();
});
