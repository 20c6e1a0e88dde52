import { numpy as np } from "@jax-js/jax";
import {
  diffusionSorption,
  type LayerConstants,
  type LayerTerms,
  type LeastSquaresReport,
  type LinearCombinationLayer,
  linearCombinationLayer,
} from "@minimand/lab/solvers";
import { type Compile, disposeTree, refTree, type Tree } from "minimand/engine";
import type { Arm } from "./arms.ts";
import { interfaceEquations, interfaceTerms } from "./interface.ts";
import { grid, inner, problem } from "./settings.ts";

const shape = [grid.times.length, grid.places.length];

/** The problem's equations, and what they ask of a basis or a field. */
export const { equations, terms: termsOf } = diffusionSorption(grid, problem);

/** How a field comes of a basis `[batch, times, places, size]` and the start `[batch, places]`. Arrays are consumed. */
export interface Solving {
  /** What has to be solved of a concrete basis, which is made where it is needed. */
  constantsOf(
    basisOf: () => np.Array,
    initial: np.Array,
    seed: number,
  ): { constants: Tree; report: LeastSquaresReport | null };
  /** The field `[batch, times, places, 1]`, for use in what is differentiated. */
  fieldOf(basis: np.Array, initial: np.Array, constants: Tree): np.Array;
}

type Solved = { size: number; experts: readonly [number, number]; samples?: number };

/** How an arm makes its field, while training or at the test. */
export function solvingOf(arm: Arm, phase: "training" | "test", compile: Compile): Solving {
  if (arm.experts === null) return soft;
  const samples = phase === "training" ? arm.samples : undefined;
  const own: Solved = { size: arm.size, experts: arm.experts, samples };
  if (arm.meet) return meeting(own, phase, compile);
  const layer = layerOf(own, phase, compile);
  if (!arm.warm) return hard(layer, compile);
  const single = layerOf({ ...own, experts: [1, 1], samples: samples && inner.warmSamples }, phase, compile);
  return hard(layer, compile, { single, experts: arm.experts[0] * arm.experts[1] });
}

function layerOf(
  { samples, ...solved }: Solved,
  phase: "training" | "test",
  compile: Compile,
  more = {},
): LinearCombinationLayer {
  return linearCombinationLayer({
    equations: { ...equations, ...more },
    grid: shape,
    compile,
    ...(samples && { samplesPerExpert: samples }),
    ...solved,
    ...inner.always,
    ...inner[phase],
  });
}

/** The basis is the field. */
const soft: Solving = {
  constantsOf(_, initial) {
    initial.dispose();
    return { constants: [], report: null };
  },
  fieldOf(basis, initial) {
    initial.dispose();
    return basis;
  },
};

/** Combined by a layer, whose solve starts at 0, or from that of another layer with one expert. */
function hard(
  layer: LinearCombinationLayer,
  compile: Compile,
  warm?: { single: LinearCombinationLayer; experts: number },
): Solving {
  const made = compile((basis: np.Array, initial: np.Array) => termsOf(basis, initial) as unknown as Tree);
  return {
    constantsOf(basisOf, initial, seed) {
      const terms = made(basisOf(), initial) as unknown as LayerTerms;
      const start = warm && startFrom(warm, refTree(terms as never) as LayerTerms, seed);
      const { constants, report } = layer.solve(terms, { seed, ...(start && { start }) });
      return { constants: constants as unknown as Tree, report };
    },
    fieldOf(basis, initial, constants) {
      const weights = layer.weights(termsOf(basis.ref, initial), constants as unknown as LayerConstants);
      return layer.combine(basis, weights).reshape([-1, ...shape, 1]);
    },
  };
}

/** The single expert's weights, for each of the experts. */
function startFrom(
  { single, experts }: { single: LinearCombinationLayer; experts: number },
  terms: LayerTerms,
  seed: number,
): np.Array {
  const { solution, weights } = single.solve(terms, { seed }).constants;
  disposeTree([weights, solution.inverse, solution.one]);
  const [batch, size] = solution.w.shape;
  return np.broadcastTo(solution.w.reshape([batch, 1, size]), [batch, experts, size]);
}

/** Solved once by each expert alone, and again with what the neighbours then are, which is held constant. */
function meeting(own: Solved, phase: "training" | "test", compile: Compile): Solving {
  const experts = own.experts[1];
  const alone = hard(layerOf(own, phase, compile), compile);
  const layer = layerOf(own, phase, compile, interfaceEquations(experts));
  const whole = (basis: np.Array, initial: np.Array, there: np.Array): LayerTerms => ({
    ...termsOf(basis.ref, initial),
    ...interfaceTerms(basis, there, experts),
  });
  const first = compile((basis: np.Array, initial: np.Array, constants: Tree) =>
    alone.fieldOf(basis, initial, constants),
  );
  const made = compile(
    (basis: np.Array, initial: np.Array, there: np.Array) => whole(basis, initial, there) as unknown as Tree,
  );
  return {
    constantsOf(basisOf, initial, seed) {
      const basis = basisOf();
      const { constants: before } = alone.constantsOf(() => basis.ref, initial.ref, seed);
      const there = first(basis.ref, initial.ref, before);
      const terms = made(basis, initial, there.ref) as unknown as LayerTerms;
      const { constants, report } = layer.solve(terms, { seed });
      return { constants: { constants: constants as unknown as Tree, there }, report };
    },
    fieldOf(basis, initial, all) {
      const { constants, there } = all as unknown as { constants: LayerConstants; there: np.Array };
      const weights = layer.weights(whole(basis.ref, initial, there), constants);
      return layer.combine(basis, weights).reshape([-1, ...shape, 1]);
    },
  };
}
