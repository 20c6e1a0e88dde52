import type { TrialHost } from "../../reproduction.ts";
import { armOf } from "./arms.ts";
import { type Problem, quadraticProblem, squaresProblem } from "./problems.ts";
import { type StreamSpec, streamProblem } from "./streams.ts";

/** A sequence of losses by its numbers. */
export type ProblemSpec =
  | { kind: "convex" | "strongly convex" | "exp-concave"; sigma: number; rounds: number; seed: number }
  | { kind: "drift"; switches: number; sigma: number; rounds: number; seed: number }
  | ({ kind: "stream" } & StreamSpec);

/** One sequence, played by several arms, each with all its steps multiplied by a number. */
export interface Spec {
  problem: ProblemSpec;
  arms: { id: string; scale: number }[];
}

/** What one arm did. Losses and regrets by the expected losses. */
export interface ArmResult {
  /** Regret against the best fixed point, and against the best point of each round, at the marks. */
  regret: number[];
  dynamic: number[];
  loss: number;
  /** Regret of the losses as they happened against the best fixed point, and what the learner said that it cannot exceed. */
  happened: number;
  /** The linear one of the gradients that the learner saw, which for convex losses is the larger. */
  linear: number;
  bound: number | null;
  variation: number;
}

export interface Result {
  rounds: number;
  /** Rounds at which regret was read. */
  marks: number[];
  G: number;
  D: number;
  sea: Problem["sea"];
  arms: ArmResult[];
}

/** Regret is read at these rounds, and at even distances. */
export const fourfold = [250, 1000, 4000, 16_000, 64_000, 256_000];

/** How many points a curve has. */
const points = 40;

export async function trial({ problem: spec, arms }: Spec, host: TrialHost): Promise<Result> {
  const problem = await problemOf(spec, host);
  const { rounds, G, domain, sea } = problem;
  const fixed = fourfold.filter((t) => t < rounds);
  const even = Array.from({ length: points }, (_, i) => Math.ceil(((i + 1) * rounds) / points));
  const marks = [...new Set([...fixed, ...even])].sort((a, b) => a - b);
  return {
    rounds,
    marks,
    G,
    D: domain.diameter,
    sea,
    arms: arms.map((arm) => played(problem, arm, marks, host)),
  };
}

async function problemOf(spec: ProblemSpec, host: TrialHost): Promise<Problem> {
  switch (spec.kind) {
    case "convex":
      return quadraticProblem({ ...spec, switches: 0, lambda: 0 });
    case "strongly convex":
      return quadraticProblem({ ...spec, switches: 0, lambda: 0.5 });
    case "exp-concave":
      return squaresProblem(spec);
    case "drift":
      return quadraticProblem({ ...spec, lambda: 0 });
    case "stream":
      return streamProblem(spec, host);
  }
}

function played(
  problem: Problem,
  { id, scale }: Spec["arms"][number],
  marks: readonly number[],
  { signal }: TrialHost,
): ArmResult {
  const learner = armOf(id).make(problem, scale);
  const { fixed, rounds } = problem;
  let [regret, dynamic, loss, happened, linear] = [0, 0, 0, 0, 0];
  const seen = { regret: [] as number[], dynamic: [] as number[] };
  // Expected losses repeat, and so do the values of their best points.
  const values = new Map<unknown, { fixed: number; best: number }>();
  for (let t = 0; t < rounds; t++) {
    if (t % 500 === 0) signal?.throwIfAborted();
    const x = learner.predict();
    const gradient = problem.gradient(t, x);
    for (let i = 0; i < x.length; i++) linear += gradient[i] * (x[i] - fixed[i]);
    learner.update(gradient);
    const expected = problem.expected(t);
    const value = expected.value(x);
    const best = problem.best(t);
    const other = values.get(expected) ?? { fixed: expected.value(fixed), best: expected.value(best) };
    values.set(expected, other);
    loss += value;
    regret += value - other.fixed;
    dynamic += value - other.best;
    happened += problem.value(t, x) - problem.value(t, fixed);
    if (t + 1 === marks[seen.regret.length]) {
      seen.regret.push(regret);
      seen.dynamic.push(dynamic);
    }
  }
  const { variation } = learner.report();
  return { ...seen, loss, happened, linear, bound: learner.bound(), variation };
}
