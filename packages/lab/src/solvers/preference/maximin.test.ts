import { type MaximinSetting, rpoMaximin, rpoObjective } from "@minimand/lab/solvers";
import { randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";

const next = randomSource(11);
const [S, K] = [3, 4];
const table = (f: (s: number, a: number) => number) =>
  Array.from({ length: S }, (_, s) => Array.from({ length: K }, (_, a) => f(s, a)));
const distribution = (n: number) => {
  const p = Array.from({ length: n }, () => 0.05 + next());
  const sum = p.reduce((a, b) => a + b);
  return p.map((v) => v / sum);
};
const setting: MaximinSetting = {
  refPolicy: Array.from({ length: S }, () => distribution(K)),
  basePolicy: Array.from({ length: S }, () => distribution(K)),
  d0: distribution(S),
  beta: 0.5,
  eta: 0.3,
};
/** Action 0 of context 0 is in no pair. */
const data = {
  context: [0, 0, 0, 1, 1, 1, 1, 2, 2],
  chosen: [1, 3, 2, 0, 1, 3, 1, 2, 0],
  rejected: [3, 1, 3, 2, 3, 1, 0, 3, 1],
};

type Rows = readonly ArrayLike<number>[];
const near = (actual: Rows, expected: Rows, digits: number) => {
  for (const [s, row] of actual.entries())
    for (let a = 0; a < row.length; a++) expect(row[a]).toBeCloseTo(expected[s][a], digits);
};

/** `Phi(pi, r)`, written anew. */
function phi(policy: readonly (readonly number[])[], reward: readonly (readonly number[])[]): number {
  const { refPolicy, basePolicy, d0, beta, eta } = setting;
  let gain = 0;
  for (let s = 0; s < S; s++)
    for (let a = 0; a < K; a++) {
      const [p, r] = [policy[s][a], reward[s][a]];
      const divergence = p > 0 ? p * Math.log(p / refPolicy[s][a]) : 0;
      gain += d0[s] * ((p - basePolicy[s][a]) * r - beta * divergence);
    }
  const fit = data.context.map((s, i) =>
    Math.log1p(Math.exp(reward[s][data.rejected[i]] - reward[s][data.chosen[i]])),
  );
  return eta * gain + fit.reduce((a, b) => a + b) / fit.length;
}

describe("the max-min problem of RPO", () => {
  it("has an objective whose gradient is that of its finite differences and sums to 0 in each context", () => {
    const reward = table(() => next() - 0.5);
    const { value, gradient, policy } = rpoObjective(data, setting, reward);
    expect(value).toBeCloseTo(phi(policy, reward), 12);
    for (let s = 0; s < S; s++) {
      expect(gradient[s].reduce((a, b) => a + b)).toBeCloseTo(0, 12);
      for (let a = 0; a < K; a++) {
        const at = (d: number) =>
          rpoObjective(
            data,
            setting,
            table((t, b) => reward[t][b] + (t === s && b === a ? d : 0)),
          ).value;
        expect((at(1e-6) - at(-1e-6)) / 2e-6).toBeCloseTo(gradient[s][a], 8);
      }
    }
  });

  it("is solved at a saddle point: no other policy gains, no other reward costs", () => {
    const { policy, reward, value, gap } = rpoMaximin(data, { ...setting, box: 20 });
    expect(gap).toBeLessThan(1e-9);
    expect(phi(policy, reward)).toBeCloseTo(value, 10);
    for (let i = 0; i < 200; i++) {
      const other = Array.from({ length: S }, () => distribution(K));
      expect(phi(other, reward)).toBeLessThanOrEqual(value + 1e-9);
      const size = 10 ** (-2 * next()) * 10;
      const near = table((s, a) => Math.max(-20, Math.min(20, reward[s][a] + size * (next() - 0.5))));
      expect(phi(policy, near)).toBeGreaterThanOrEqual(value - 1e-9);
    }
  });

  it("keeps an action that is in no pair at the baseline's probability", () => {
    const { policy } = rpoMaximin(data, { ...setting, box: 20 });
    expect(policy[0][0]).toBeCloseTo(setting.basePolicy[0][0], 9);
    expect(Math.abs(policy[0][1] - setting.basePolicy[0][1])).toBeGreaterThan(0.01);
  });

  it("comes to the reference where that is the baseline and pessimism is large", () => {
    const { policy } = rpoMaximin(data, { ...setting, basePolicy: setting.refPolicy, eta: 1e4, box: 20 });
    near(policy, setting.refPolicy, 3);
  });

  it("has rewards at the bound for actions that the baseline leaves out and no pair prefers", () => {
    const basePolicy = setting.basePolicy.map((row, s) => (s === 0 ? [0, 0.3, 0.3, 0.4] : row));
    const of = (box: number) => rpoMaximin(data, { ...setting, basePolicy, box });
    const { reward, policy, gap } = of(6);
    expect(reward[0][0]).toBe(-6);
    expect(gap).toBeLessThan(1e-8);
    expect(policy[0][0]).toBeLessThan(1e-3);
    expect(of(9).value).toBeLessThan(of(6).value);
  });

  it("is the same in a ball of rewards, and with a feature for each of them", () => {
    const boxed = rpoMaximin(data, { ...setting, box: 20 });
    const size = Math.hypot(...boxed.reward.flat());
    const wide = rpoMaximin(data, { ...setting, radius: 2 * size });
    expect(wide.value).toBeCloseTo(boxed.value, 9);
    const narrow = rpoMaximin(data, { ...setting, radius: 0.3 });
    expect(Math.hypot(...narrow.reward.flat())).toBeCloseTo(0.3, 8);
    expect(narrow.gap).toBeLessThan(1e-8);
    const features = table(() => 0).map((row, s) =>
      row.map((_, a) => Array.from({ length: S * K }, (_, j) => Number(j === s * K + a))),
    );
    const linear = rpoMaximin(data, { ...setting, radius: 0.3, features });
    expect(linear.value).toBeCloseTo(narrow.value, 10);
    near(linear.policy, narrow.policy, 8);
    expect(linear.weights?.length).toBe(S * K);
  });

  it("of few features has a policy of those features alone", () => {
    const feature = table(() => next() - 0.5);
    const { reward, weights, gap } = rpoMaximin(data, {
      ...setting,
      radius: 5,
      features: feature.map((row) => row.map((v) => [v])),
    });
    expect(gap).toBeLessThan(1e-8);
    near(
      reward,
      feature.map((row) => row.map((v) => v * weights![0])),
      12,
    );
  });

  it("stays in the ball where a risk that only uncompared actions carry has no least weight", () => {
    const uncompared = [0, 1, 0];
    const basePolicy = setting.basePolicy.map((row, s) => {
      const left = Array.from(row, (p, a) => (a === uncompared[s] ? 0 : p));
      const total = left.reduce((a, b) => a + b);
      return left.map((p) => p / total);
    });
    const pairs = { context: [0, 0, 1, 1, 2, 2], chosen: [1, 2, 0, 3, 3, 1], rejected: [2, 1, 2, 0, 1, 2] };
    for (let draw = 0; draw < 100; draw++) {
      const features = table(() => 0).map((row, s) =>
        row.map((_, a) => {
          const risks = Array.from({ length: 3 }, () => (a === uncompared[s] ? next() : 0));
          return [next() - 0.5, next() - 0.5, ...risks];
        }),
      );
      const options = { ...setting, beta: 0.2, basePolicy, eta: 2, features, radius: 12 };
      const { weights, gap } = rpoMaximin(pairs, options);
      expect(Math.hypot(...weights!)).toBeLessThan(12 * (1 + 1e-8));
      expect(gap).toBeLessThan(1e-7);
    }
  });

  it("is refused without a bound, and for tables that don't match", () => {
    const solve =
      (change: object, pairs = data) =>
      () =>
        rpoMaximin(pairs, { ...setting, box: 5, ...change } as never);
    expect(solve({ box: undefined })).toThrow(/^box: expected a bound of rewards \(or a radius\)/);
    expect(solve({ radius: 1 })).toThrow(/^radius: expected no box beside it/);
    expect(solve({ features: [] })).toThrow(/^features: expected a radius/);
    expect(solve({ beta: 0 })).toThrow(/^beta/);
    expect(solve({ eta: 0 })).toThrow(/^eta/);
    expect(solve({ refPolicy: setting.refPolicy.with(1, [0, 0.5, 0.25, 0.25]) })).toThrow(
      /^refPolicy\[1\]: expected probabilities > 0, got 0$/,
    );
    expect(solve({ basePolicy: setting.basePolicy.slice(1) })).toThrow(
      /^basePolicy: expected 3 rows of 4 numbers/,
    );
    expect(solve({ d0: [0.5, 0.5, 0.5] })).toThrow(/^d0: expected numbers that sum to 1, got 1\.5$/);
    expect(solve({}, { ...data, chosen: data.chosen.with(0, 4) })).toThrow(/^data\.chosen\[0\]/);
    expect(solve({}, { ...data, rejected: data.chosen })).toThrow(
      /^data\.rejected\[0\]: expected another action/,
    );
    expect(solve({}, { ...data, rejected: [1] })).toThrow(/^data\.rejected: expected 9 actions/);
  });
});
