import { ftrlRegret, logBarrierFtrl, qEstimate, regularisedInverse } from "@minimand/lab/online";
import { derive, randomSource } from "minimand/engine";

/** The numerical check of the lemmas. */
export interface LemmaSpec {
  kind: "lemmas";
  sequences: number;
  seed: number;
}

export interface LemmaResult {
  sequences: number;
  /** Sequences on which the log barrier's regret is above its bound, and the largest ratio of the two. */
  violations: number;
  worstRatio: number;
  /** Regret and bound of Hedge on the losses (0, 20), (0, -1000). */
  hedge: { regret: number; bound: number };
  /** Largest distance of the two estimators' means, in standard errors. */
  meanDistance: number;
  /** Smallest estimate, and smallest m, over all draws; how often an estimate is below its m. */
  leastPlain: number;
  leastReduced: number;
  leastM: number;
  belowM: number;
  /** Largest `E Qhat^2 / (4 H^2 E u^2)` of an action. */
  momentRatio: number;
}

/** Checks the lemmas numerically; the same spec gives the same result. */
export function lemmaTrial({ sequences, seed }: LemmaSpec): LemmaResult {
  return { sequences, ...barrier(sequences, seed), hedge: hedge(), ...magnitude(20 * sequences, seed) };
}

function barrier(sequences: number, seed: number): { violations: number; worstRatio: number } {
  const random = randomSource(derive(seed, 10));
  let [violations, worstRatio] = [0, 0];
  for (let i = 0; i < sequences; i++) {
    const actions = 2 + Math.floor(5 * random());
    const eta = 10 ** (-2 + 3 * random());
    const losses = i % 2 === 0 ? randomLosses(actions, random) : adaptiveLosses(actions, eta, random);
    const good = Math.floor(random() * actions);
    const comparator = Array.from({ length: actions }, (_, a) =>
      a === good ? 1 - 0.001 * (actions - 1) : 0.001,
    );
    const { regret, bound } = ftrlRegret(losses, { regularizer: "log-barrier", eta, comparator });
    if (regret > bound * (1 + 1e-9)) violations++;
    worstRatio = Math.max(worstRatio, regret / bound);
  }
  return { violations, worstRatio };
}

/** Returns moderate losses of both signs; one in ten goes down to -1e4. */
function randomLosses(actions: number, random: () => number): number[][] {
  return Array.from({ length: 30 }, () =>
    Array.from({ length: actions }, () => (random() < 0.1 ? -1e4 * random() : 20 * random() - 10)),
  );
}

/** Gives the action that is played least a large negative loss: the worst case for a policy that gave up on it. */
function adaptiveLosses(actions: number, eta: number, random: () => number): number[][] {
  const cumulative = new Array<number>(actions).fill(0);
  return Array.from({ length: 30 }, () => {
    const { policy } = logBarrierFtrl(cumulative, { eta });
    const rare = policy.indexOf(policy.reduce((a, b) => Math.min(a, b)));
    const size = 10 ** (4 * random());
    const loss = Array.from({ length: actions }, (_, a) => (a === rare ? -size : size * random()));
    for (let a = 0; a < actions; a++) cumulative[a] += loss[a];
    return loss;
  });
}

function hedge(): { regret: number; bound: number } {
  const losses = [
    [0, 20],
    [0, -1000],
  ];
  const { regret, bound } = ftrlRegret(losses, { regularizer: "entropy", eta: 1, comparator: [0, 1] });
  return { regret, bound };
}

const horizon = 2;
const fresh = 16;

/** Six actions in three dimensions, one of them played seldom. */
function magnitude(
  draws: number,
  seed: number,
): Omit<LemmaResult, "sequences" | "violations" | "worstRatio" | "hedge"> {
  const random = randomSource(derive(seed, 11));
  const features = Array.from({ length: 6 }, () => {
    const x = Array.from({ length: 3 }, () => 2 * random() - 1);
    return x.map((v) => v / Math.hypot(...x));
  });
  const policy = [0.3, 0.3, 0.2, 0.1, 0.09, 0.01];
  const draw = (): number => {
    let left = random();
    return Math.max(
      0,
      policy.findIndex((p) => {
        left -= p;
        return left < 0;
      }),
    );
  };
  const visited = policy.flatMap((p, a) => Array.from({ length: Math.round(100 * p) }, () => features[a]));
  const sigmaInverse = regularisedInverse(visited, { gamma: 0.005 });
  const zero = (): number[] => features.map(() => 0);
  const [difference, square, moment, uSquare] = [zero(), zero(), zero(), zero()];
  let [leastPlain, leastReduced, leastM, belowM] = [0, 0, 0, 0];
  for (let k = 0; k < draws; k++) {
    const chosen = features[draw()];
    const suffixLoss = horizon * random();
    const observation = { sigmaInverse, chosen, suffixLoss, features };
    const resampled = Array.from({ length: fresh }, () => features[draw()]);
    const plain = qEstimate(observation, { estimator: "plain", horizon }).q;
    const { q, m } = qEstimate(observation, { estimator: "magnitude-reduced", horizon, resampled });
    for (const a of features.keys()) {
      difference[a] += q[a] - plain[a];
      square[a] += (q[a] - plain[a]) ** 2;
      moment[a] += q[a] ** 2;
      uSquare[a] += (plain[a] / suffixLoss) ** 2;
      if (q[a] < m[a] - 1e-12) belowM++;
      leastPlain = Math.min(leastPlain, plain[a]);
      leastReduced = Math.min(leastReduced, q[a]);
      leastM = Math.min(leastM, m[a]);
    }
  }
  const distances = features.map((_, a) => {
    const mean = difference[a] / draws;
    // If no u of an action is negative, its two estimates are equal.
    if (square[a] === 0) return 0;
    return Math.abs(mean) / Math.sqrt((square[a] / draws - mean ** 2) / draws);
  });
  return {
    meanDistance: Math.max(...distances),
    leastPlain,
    leastReduced,
    leastM,
    belowM,
    momentRatio: Math.max(...moment.map((x, a) => x / (4 * horizon ** 2 * uSquare[a]))),
  };
}
