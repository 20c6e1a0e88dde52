import { numpy as np } from "@jax-js/jax";
import type { Tree } from "minimand/engine";
import { sgd } from "minimand/optimizers";
import type { TracedHyper } from "minimand/training";
import type { Bilevel } from "./bilevel.ts";
import type { ArchitectureSearch, SearchState } from "./search.ts";

/** Plain gradient descent for networks and architecture, with rates of their own. */
export const descent = {
  optimizer: ({ learningRate }: TracedHyper) => sgd(learningRate),
  architectureOptimizer: ({ architectureRate }: TracedHyper) => sgd(architectureRate),
};

/** A float64 scalar. */
export const scalar = (value: number): np.Array => np.array(Float64Array.of(value), { shape: [] });
export const item = (tree: Tree): number => (tree as np.Array).ref.item() as number;

/** Coefficients of two convex quadratics of scalars `w` and `a` that are coupled. */
export interface Quadratics {
  /** `L_train = p/2 (w - q a)^2 + r/2 (a - s)^2` */
  train: { p: number; q: number; r: number; s: number };
  val: Quadratics["train"];
}

export function quadratics({ train, val }: Quadratics): Bilevel<Record<string, never>> {
  const of =
    ({ p, q, r, s }: Quadratics["train"]) =>
    (w: Tree, a: Tree): np.Array => {
      const alpha = a as np.Array;
      const off = (w as np.Array).sub(alpha.ref.mul(scalar(q)));
      return np
        .square(off)
        .mul(scalar(p / 2))
        .add(np.square(alpha.sub(scalar(s))).mul(scalar(r / 2)));
    };
  return { trainLoss: of(train), valLoss: of(val) };
}

/** A point of a search on scalars. */
export const pointOf = ({ networks, architecture }: SearchState): { [name: string]: number } => ({
  ...Object.fromEntries(Object.entries(networks).map(([name, net]) => [name, item(net)])),
  architecture: item(architecture),
});

/** The points of so many steps of a search without data, the start first. */
export function trajectory(
  search: ArchitectureSearch,
  start: { weights: number; architecture: number },
  hyper: { [name: string]: number },
  steps: number,
  onStep: (point: { [name: string]: number }, metrics: { [name: string]: number }) => void = () => {},
): { [name: string]: number } {
  let state = search.init(scalar(start.weights), scalar(start.architecture), { hyper });
  for (let i = 0; i < steps; i++) {
    const [next, metrics] = search.update(state, {}, {});
    state = next;
    onStep(
      pointOf(state),
      Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, item(value)])),
    );
  }
  return pointOf(state);
}
