import { numpy as np } from "@jax-js/jax";
import { compileWithJit, disposeTree, type Tree } from "minimand/engine";
import { type Kappa, kappa, lionK } from "minimand/optimizers";
import { numberOf, type Shown, spaced, type Values } from "../../lessons/lesson.ts";

const goal = [2, 0.6];
const steps = 600;

/** A kappa, and the power of the norm that its weight decay bounds: null where there is no bound. */
const kappas: Record<string, { make: () => Kappa; power: number | null; bound: string }> = {
  "l1 (Lion)": { make: kappa.l1, power: Number.POSITIVE_INFINITY, bound: "each weight" },
  l2: { make: kappa.l2, power: 2, bound: "the length of the weights" },
  linf: { make: kappa.linf, power: 1, bound: "the sum of the weights' sizes" },
  l2squared: { make: kappa.l2squared, power: null, bound: "" },
};

/** The way of two weights, and the bound that they may not pass. */
export async function show(values: Values): Promise<Shown> {
  const { make, power, bound } = kappas[values.kappa];
  const [decay, rate] = [numberOf(values, "decay"), numberOf(values, "rate")];
  const [way, free] = [await wayOf(make(), decay, rate), await wayOf(make(), 0, rate)];
  const [x, y] = way[way.length - 1];
  const axes = { xLabel: "first weight", yLabel: "second weight" };
  const path = (name: string, points: number[][]) => ({
    name,
    ...axes,
    x: points.map((at) => at[0]),
    y: points.map((at) => at[1]),
  });
  const limit = power === null || decay === 0 ? null : ball(power, 1 / decay);
  return {
    figures: [
      [
        path("way of the weights", way),
        path("without decay", free),
        ...(limit === null ? [] : [{ name: "what decay allows", ...axes, ...limit }]),
      ],
    ],
    words: `After ${steps} steps the weights are (${x.toFixed(2)}, ${y.toFixed(2)})${limit === null ? "; nothing bounds them" : `; ${bound} may be at most ${(1 / decay).toFixed(2)}`}.`,
  };
}

/** Where the weights are after each step. */
async function wayOf(by: Kappa, weightDecay: number, rate: number): Promise<number[][]> {
  const optimizer = lionK(rate, { kappa: by, weightDecay, b1: 0.9, b2: 0.99 });
  const step = compileWithJit((weights: np.Array, state: Tree): [np.Array, Tree] => {
    const gradient = weights.ref.sub(np.array(goal));
    const [update, next] = optimizer.update(gradient, state, weights.ref);
    return [weights.add(update as np.Array), next];
  });
  let weights = np.array([0, 0]);
  let state = optimizer.init(weights);
  const way: number[][] = [[0, 0]];
  for (let i = 0; i < steps; i++) {
    [weights, state] = step(weights, state);
    way.push([...(await weights.ref.data())]);
  }
  weights.dispose();
  disposeTree(state);
  step.dispose();
  return way;
}

/** The part of a norm's ball with a positive first weight, as a line around it. */
function ball(power: number, radius: number): { x: number[]; y: number[] } {
  const around = spaced(-Math.PI / 2, Math.PI / 2, 121).map((angle) => {
    const [a, b] = [Math.cos(angle), Math.sin(angle)];
    const size =
      power === Number.POSITIVE_INFINITY
        ? Math.max(Math.abs(a), Math.abs(b))
        : (Math.abs(a) ** power + Math.abs(b) ** power) ** (1 / power);
    return [(a * radius) / size, (b * radius) / size];
  });
  return { x: around.map((at) => at[0]), y: around.map((at) => at[1]) };
}
