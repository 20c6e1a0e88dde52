import { onlineNetwork, onlineRegressor } from "@minimand/lab/online";
import { derive, randomSource } from "minimand/engine";
import { growth, type learners } from "./settings.ts";

/** The regression alone: noisy labels of a teacher network, one example a step. */
export interface GrowthSpec {
  part: "growth";
  /** `perturbed`: the expected perturbation, steps that fall as 1 / t; `plain`: none, as 1 / sqrt(t). */
  learner: (typeof learners)[number];
  initial: number;
  delay: number;
  seed: number;
  /** Of the horizons; tuning looks at the last alone. */
  fraction: number;
  judge: "test" | "tune";
}

export interface GrowthResult {
  part: "growth";
  /** Rounds, and the summed loss over that of the best parameters found in hindsight. */
  horizons: number[];
  regret: number[];
}

/** One run of the regression; the same spec gives the same result. */
export function growthTrial({ learner, initial, delay, seed, fraction, judge }: GrowthSpec): GrowthResult {
  const { dim, hidden, cp } = growth;
  const all = growth.horizons.map((t) => Math.max(20, Math.round(t * fraction)));
  const horizons = judge === "test" ? all : all.slice(-1);
  const rounds = horizons[horizons.length - 1];
  const { xs, ys } = examples(rounds, seed);
  const perturbation =
    learner === "perturbed" ? ({ mode: "expected", cp } as const) : ({ mode: "none" } as const);
  const shared = {
    dim,
    hidden,
    activation: "tanh",
    loss: "square",
    perturbation,
    seed: derive(seed, 31),
  } as const;
  const online = onlineRegressor({
    ...shared,
    learningRate: { kind: learner === "perturbed" ? "inverse" : "inverse-sqrt", initial, delay },
    replay: { capacity: 1, batch: 1 },
    warn: () => {},
  });
  const anchor = learner === "perturbed" ? cp ** 2 / Math.sqrt(hidden[hidden.length - 1]) : 0;
  const start = online.parameters.slice();
  const penalty = (parameters: Float64Array): number =>
    anchor === 0 ? 0 : (anchor / 2) * parameters.reduce((s, p, i) => s + (p - start[i]) ** 2, 0);

  let total = 0;
  let diverged = false;
  const regret: number[] = [];
  for (let t = 0; t < rounds; t++) {
    const loss = (ys[t] - online.predict(0, xs[t])) ** 2 / 2 + penalty(online.parameters);
    // Where steps diverge nothing is learned any more, and the loss is that of the constant 1/2.
    diverged ||= !(loss < 1000);
    total += diverged ? 1 / 8 : loss;
    if (!diverged) online.learn(0, xs[t], ys[t]);
    if (horizons.includes(t + 1)) regret.push(total - hindsight(t + 1));
  }
  return { part: "growth", horizons, regret };

  /** The least summed loss of one set of parameters that descent on minibatches of all examples finds. */
  function hindsight(n: number): number {
    const best = onlineRegressor({
      ...shared,
      learningRate: { kind: "inverse-sqrt", initial: 1 },
      replay: { capacity: n, batch: 32 },
    });
    const sum = (): number => {
      let loss = n * penalty(best.parameters);
      for (let t = 0; t < n; t++) loss += (ys[t] - best.predict(0, xs[t])) ** 2 / 2;
      return loss;
    };
    let least = sum();
    for (let pass = 0; pass < 4; pass++) {
      for (let t = 0; t < Math.max(n, 1000); t++) best.learn(0, xs[t % n], ys[t % n]);
      least = Math.min(least, sum());
    }
    return least;
  }
}

function examples(rounds: number, seed: number): { xs: Float64Array[]; ys: number[] } {
  const next = randomSource(derive(seed, 32));
  const teacher = onlineNetwork({ dim: growth.dim, hidden: [20], activation: "tanh" });
  const parameters = teacher.init(derive(seed, 33)).map((w) => 3 * w);
  const xs: Float64Array[] = [];
  const ys: number[] = [];
  for (let t = 0; t < rounds; t++) {
    // The networks have no biases: the last coordinate is one.
    const x = Float64Array.from({ length: growth.dim }, () => next() + next() + next() - 1.5);
    x[growth.dim - 1] = 1;
    const norm = Math.hypot(...x);
    xs.push(x.map((v) => v / norm));
    const h = 0.5 + 0.5 * Math.tanh(2 * teacher.forward(parameters, 0, xs[t]));
    ys.push(next() < h ? 1 : 0);
  }
  return { xs, ys };
}
