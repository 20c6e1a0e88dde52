import { type LogLinearOptions, logLinearPreference, rpoMaximin } from "@minimand/lab/solvers";
import { dot } from "../../kit/dot.ts";
import { countsOf, type Problem, table } from "./bandit.ts";
import { bandit, etas } from "./settings.ts";

/** A policy `[contexts][actions]` made of the logs. */
export interface BanditPolicy {
  id: string;
  label: string;
  policyOf(problem: Problem): number[][];
}

const { contexts: S, actions: K, beta, radius } = bandit;

/** The distribution of what was chosen in each context: the baseline policy of RPO, uniform where nothing is known. */
function chosenPolicy(problem: Problem): number[][] {
  const { contexts, chosen } = countsOf(problem);
  return table((x, a) => (contexts[x] === 0 ? 1 / K : chosen[x][a] / contexts[x]));
}

/** `exp(theta . phi / beta)`, scaled to 1, by a loss of the margins; equal to maximising the fitted reward, which is two-stage RLHF. */
function logLinearPolicy(
  { features, data }: Problem,
  options: Pick<LogLinearOptions, "loss" | "epsilon">,
): number[][] {
  const differences = data.context.map((x, i) => {
    const [w, l] = [features[x][data.chosen[i]], features[x][data.rejected[i]]];
    return w.map((v, j) => v - l[j]);
  });
  const { theta } = logLinearPreference({ ...options, differences, radius });
  return features.map((rows) => {
    const scores = rows.map((row) => dot(row, theta) / beta);
    const largest = Math.max(...scores);
    return scaled(scores.map((score) => Math.exp(score - largest)));
  });
}

const scaled = (row: readonly number[]): number[] => {
  const total = row.reduce((a, b) => a + b);
  return row.map((v) => v / total);
};

/** A policy on those actions alone that some pair of the context has. */
function onSeen({ data }: Problem, policy: number[][]): number[][] {
  const seen = table(() => false);
  data.context.forEach((x, i) => {
    seen[x][data.chosen[i]] = true;
    seen[x][data.rejected[i]] = true;
  });
  return policy.map((row, x) => {
    if (!seen[x].includes(true)) return row;
    // The mass of seen actions may have vanished by rounding.
    return scaled(row.map((p, a) => (seen[x][a] ? Math.max(p, Number.MIN_VALUE) : 0)));
  });
}

function pessimisticPolicy(problem: Problem, eta: number): number[][] {
  const { contexts } = countsOf(problem);
  return rpoMaximin(problem.data, {
    refPolicy: table(() => 1 / K),
    basePolicy: chosenPolicy(problem),
    d0: contexts.map((count) => count / problem.data.context.length),
    features: problem.features,
    beta,
    eta,
    radius,
  }).policy;
}

/** What an eta's arm is called. */
export const rpoId = (eta: number): string => `rpo ${eta}`;

/** The true optimum knows the rewards; the others the logs alone. */
export const banditPolicies: readonly BanditPolicy[] = [
  {
    id: "best",
    label: "best actions",
    policyOf: ({ reward }) => reward.map((row) => row.map((r) => (r === Math.max(...row) ? 1 : 0))),
  },
  { id: "chosen", label: "chosen actions (baseline policy)", policyOf: chosenPolicy },
  {
    id: "uniform",
    label: "uniform (reference)",
    policyOf: () => Array.from({ length: S }, () => Array(K).fill(1 / K)),
  },
  { id: "dpo", label: "DPO", policyOf: (problem) => logLinearPolicy(problem, { loss: "dpo" }) },
  {
    id: "cdpo",
    label: "cDPO, 0.1",
    policyOf: (problem) => logLinearPolicy(problem, { loss: "conservative", epsilon: 0.1 }),
  },
  {
    id: "seen",
    label: "DPO, seen actions alone",
    policyOf: (problem) => onSeen(problem, logLinearPolicy(problem, { loss: "dpo" })),
  },
  ...etas.map((eta) => ({
    id: rpoId(eta),
    label: `RPO, eta ${eta}`,
    policyOf: (problem: Problem) => pessimisticPolicy(problem, eta),
  })),
];
