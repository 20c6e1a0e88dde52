import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Bandit,
  type BanditRecord,
  classificationToBandit,
  crossFittedRewards,
  type Decision,
  decisionLine,
  evaluateOffPolicy,
  expiryLine,
  linUcb,
  neuralEpsilonGreedy,
  offPolicyEstimates,
  parseBanditLog,
  replayLog,
  rewardLine,
  simulateBandit,
} from "../../index.ts";
import { randomStream } from "../random-stream.ts";

/** A log of a policy over three arms, in which the reward depends on context and arm. */
function log(n: number, seed = 1, policy: (x: number[]) => number[] = () => [0.5, 0.3, 0.2]): BanditRecord[] {
  const random = randomStream(seed);
  return Array.from({ length: n }, (_, i) => {
    const features = [random.normal(), random.normal()];
    const propensities = policy(features);
    const u = random.uniform();
    const action = u < propensities[0] ? 0 : u < propensities[0] + propensities[1] ? 1 : 2;
    const reward = expected(features)[action] + 0.2 * (random.uniform() - 0.5);
    return { decisionId: `d${i}`, features, action, propensity: propensities[action], propensities, reward };
  });
}
const expected = ([a, b]: number[]): number[] => [0.5 + 0.1 * a, 0.4 - 0.2 * b, 0.3];
const best = ({ features }: { features: unknown }): number[] => {
  const q = expected(features as number[]);
  return q.map((v) => (v === Math.max(...q) ? 1 : 0));
};
/** What the best policy earns, by simulation. */
const truth =
  log(40_000, 99).reduce((s, { features }) => s + Math.max(...expected(features as number[])), 0) / 40_000;

describe("off-policy estimates", () => {
  it("of the logging policy itself are the mean reward, with weights 1", () => {
    const records = log(500);
    const mean = records.reduce((s, { reward = 0 }) => s + reward, 0) / 500;
    const found = evaluateOffPolicy(records, () => [0.5, 0.3, 0.2]);
    expect(found.ips.value).toBeCloseTo(mean, 12);
    expect(found.snips.value).toBeCloseTo(mean, 12);
    expect(found).toMatchObject({ maxWeight: 1, meanWeight: 1, n: 500 });
    expect(found.effectiveSampleSize).toBeCloseTo(500, 9);
    expect(found.ips.ci95[1] - found.ips.value).toBeCloseTo(1.96 * found.ips.se, 12);
  });

  it("the mean of 1 / p over logged actions is the number of arms", () => {
    const records = log(20_000);
    expect(records.reduce((s, { propensity }) => s + 1 / propensity, 0) / 20_000).toBeCloseTo(3, 1);
  });

  it("doubly robust without predictions is inverse propensities", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.double({ min: 0.05, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
          {
            minLength: 2,
            maxLength: 20,
          },
        ),
        (pairs) => {
          const propensity = pairs.map(([p]) => p);
          const target = pairs.map(([, q]) => q);
          const reward = pairs.map((_, i) => Math.sin(i));
          const zero = pairs.map(() => 0);
          const found = offPolicyEstimates({ propensity, reward, target, qLogged: zero, qTarget: zero });
          expect(found.doublyRobust).toEqual(found.ips);
          expect(found.effectiveSampleSize).toBeLessThanOrEqual(pairs.length * (1 + 1e-12));
        },
      ),
      { numRuns: 50 },
    );
  });

  it("find the value of another policy, the doubly robust one with the least error", () => {
    const records = log(4000);
    const found = evaluateOffPolicy(records, best, { model: crossFittedRewards(records) });
    for (const name of ["ips", "snips", "doublyRobust"] as const) {
      const { value, se } = found[name] ?? { value: Number.NaN, se: 0 };
      expect(Math.abs(value - truth), name).toBeLessThan(4 * se);
    }
    expect(found.doublyRobust?.se).toBeLessThan(found.snips.se);
    expect(found.snips.se).toBeLessThan(found.ips.se);
  });

  it("the intervals cover the truth about as often as they say", () => {
    let covered = 0;
    for (let seed = 0; seed < 100; seed++) {
      const [low, high] = evaluateOffPolicy(log(400, seed), best).snips.ci95;
      if (low <= truth && truth <= high) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(87);
  });

  it("leave out decisions without a reward, and refuse what doesn't fit", () => {
    const [first, ...rest] = log(10);
    const { reward: _, ...without } = first;
    expect(evaluateOffPolicy([without, ...rest], best).n).toBe(9);
    expect(() => evaluateOffPolicy([without], best)).toThrow(
      "records: expected at least one decision with a reward",
    );
    expect(() => evaluateOffPolicy(rest, () => [0.5, 0.5])).toThrow("policy: expected 3 probabilities");
    expect(() => evaluateOffPolicy(rest, () => [0.5, 0.6, 0])).toThrow(
      "policy: expected probabilities with sum 1, got 1.1",
    );
    expect(() => offPolicyEstimates({ propensity: [], reward: [], target: [] })).toThrow(
      "propensity: expected at least",
    );
    expect(() => offPolicyEstimates({ propensity: [0], reward: [1], target: [1] })).toThrow(
      "propensity[0]: expected",
    );
    expect(() => offPolicyEstimates({ propensity: [1], reward: [1, 2], target: [1] })).toThrow(
      "reward: expected 1 numbers",
    );
    expect(() => offPolicyEstimates({ propensity: [1], reward: [Number.NaN], target: [1] })).toThrow(
      "reward[0]: expected a finite",
    );
  });
});

describe("rewards predicted by regression", () => {
  const decision = (
    i: number,
    actionIds: string[] | undefined,
    arms: number,
    action: number,
  ): BanditRecord => ({
    decisionId: `d${i}`,
    features: [1],
    ...(actionIds === undefined ? {} : { actionIds }),
    action,
    propensity: 1 / arms,
    propensities: Array<number>(arms).fill(1 / arms),
    reward: actionIds?.[action] === "red" ? 1 : 0.25,
  });

  it("follow arms by their names where arms come and go", () => {
    const sets = [
      ["red", "blue"],
      ["green", "blue", "red"],
      ["blue", "green"],
    ];
    const records = Array.from({ length: 600 }, (_, i) => {
      const names = sets[i % 3];
      return decision(i, names, names.length, Math.floor(i / 3) % names.length);
    });
    const model = crossFittedRewards(records);
    for (const [i, names] of [0, 1, 2].map((k) => [k, sets[k]] as const))
      expect([...Array.from(model(records[i], i))], `${i}`).toEqual(
        names.map((name) => expect.closeTo(name === "red" ? 1 : 0.25, 1)),
      );
    expect([...Array.from(model({ features: [1], actionIds: ["red", "new"] }, 0))]).toEqual([
      expect.closeTo(1, 1),
      0,
    ]);
    const uniform = ({ actionIds = [] }: { actionIds?: readonly string[] }) =>
      actionIds.map(() => 1 / actionIds.length);
    expect(evaluateOffPolicy(records, uniform, { model }).n).toBe(600);
  });

  it("take a later decision with more arms, known by their indices", () => {
    const records = Array.from({ length: 40 }, (_, i) =>
      decision(i, undefined, i < 20 ? 2 : 4, (i >> 1) % (i < 20 ? 2 : 4)),
    );
    const model = crossFittedRewards(records);
    expect([...Array.from(model(records[0], 0))]).toEqual([expect.closeTo(0.25, 1), expect.closeTo(0.25, 1)]);
    expect(model(records[39], 39)).toHaveLength(4);
    const { actionIds: _, propensities: __, ...bare } = records[30];
    expect(() => crossFittedRewards([...records, bare])).toThrow("decisions with propensities or actionIds");
    const mixed = { ...records[0], features: [[1], [2]] };
    expect(() => crossFittedRewards([records[0], mixed])).toThrow("records[1].features: expected numbers");
  });
});

describe("replay of a log", () => {
  it("is unbiased for a policy that doesn't learn, whatever the logging", () => {
    const always = (): Bandit => ({
      ...linUcb({ dim: 2, arms: 3 }),
      choose: () => ({ decisionId: "", action: 0 }) as Decision,
      update: () => {},
      expire: () => {},
    });
    const uneven = (x: number[]): number[] => (x[0] > 0 ? [0.8, 0.1, 0.1] : [0.2, 0.4, 0.4]);
    const found = replayLog(always(), log(20_000, 3, uneven));
    expect(Math.abs(found.value - 0.5)).toBeLessThan(4 * found.se);
    expect(found.accepted / found.n).toBeCloseTo(0.1, 1);
  });

  it("learns from what counts", () => {
    const records = log(6000, 4, () => [1 / 3, 1 / 3, 1 / 3]);
    const { value, rewards, accepted } = replayLog(
      linUcb({ dim: 2, arms: 3, norm: "any", rewardRange: [-2, 3] }),
      records,
    );
    expect(value).toBeGreaterThan(0.42);
    expect(rewards.length).toBe(accepted);
    expect(accepted / 6000).toBeCloseTo(1 / 3, 1);
    expect(() => replayLog(linUcb({ dim: 2, arms: 3 }), [])).toThrow(
      "records: expected at least one decision",
    );
  });
});

describe("a log", () => {
  it("is written by lines and read again, rewards beside or after their decisions", () => {
    const bandit = neuralEpsilonGreedy({ dim: 2, hidden: [4] });
    const context = {
      features: [
        [1, 0],
        [0, 1],
      ],
      actionIds: ["red", "blue"],
    };
    const [a, b] = [bandit.choose(context), bandit.choose(context)];
    const ts = "2026-01-02T03:04:05Z";
    const text = `${decisionLine(context, a, { ts })}${decisionLine(context, b)}\n${rewardLine(a.decisionId, 0.5, { ts })}${expiryLine(b.decisionId)}`;
    const [first, second] = parseBanditLog(text);
    expect(first).toMatchObject({ ...context, ts, decisionId: a.decisionId, action: a.action, reward: 0.5 });
    expect(first.propensity).toBe(a.propensity);
    expect(first.propensities).toEqual([...a.propensities]);
    expect(second.reward).toBeUndefined();
    const [whole] = parseBanditLog(JSON.stringify({ ...first, reward: 1 }));
    expect(whole.reward).toBe(1);
  });

  it("with a fault is refused, with the line", () => {
    const good = '{"decisionId":"a","features":[1],"action":0,"propensity":0.5}\n';
    const refused = (line: string, message: string): void => {
      expect(() => parseBanditLog(good + line), message).toThrow(message);
    };
    refused("{", 'line 2: expected a JSON object, got "{"');
    refused("[]", "line 2: expected a JSON object, got an array of length 0");
    refused('{"decisionId":1}', "line 2.decisionId: expected a string, got 1");
    refused(good, 'line 2.decisionId: expected each decision once, got "a"');
    refused('{"decisionId":"b","reward":1}', 'line 2.decisionId: expected a decision logged before, got "b"');
    refused(
      '{"decisionId":"a","reward":1}\n{"decisionId":"a","reward":1}',
      "line 3.decisionId: expected one reward",
    );
    refused(
      '{"decisionId":"b","features":[1],"action":0,"propensity":0}',
      "line 2.propensity: expected a finite number > 0",
    );
    refused('{"decisionId":"b","features":1,"action":0,"propensity":1}', "line 2.features: expected numbers");
    refused(
      '{"decisionId":"b","features":[[1]],"action":1,"propensity":1}',
      "line 2.action: expected one of 1 arms, got 1",
    );
    refused(
      '{"decisionId":"b","features":[1],"action":0,"propensity":0.5,"propensities":[0.4,0.6]}',
      "line 2.propensities[0]: expected the propensity 0.5, got 0.4",
    );
    const two = '{"decisionId":"b","action":0,"propensity":0.5,"propensities":[0.5,0.5],';
    refused(`${two}"features":[[1]]}`, "line 2.features: expected one for each of 2 arms, got 1");
    refused(`${two}"features":[[1],[1,2]]}`, "line 2.features: expected vectors of one length");
    refused(
      `${two}"features":[1],"actionIds":["a"]}`,
      "line 2.actionIds: expected one for each of 2 arms, got 1",
    );
    refused(`${two}"features":[1],"actionIds":["a","a"]}`, "line 2.actionIds: expected names that differ");
    refused(
      '{"decisionId":"b","features":[1],"action":0,"propensity":1,"propensities":{}}',
      "line 2.propensities: expected numbers",
    );
    expect(parseBanditLog(`${two}"features":[1],"actionIds":null}`.replace("[0.5,0.5]", "null"))).toEqual([
      { decisionId: "b", action: 0, propensity: 0.5, features: [1] },
    ]);
  });
});

describe("classification as a bandit", () => {
  const random = randomStream(2);
  const y = Int32Array.from({ length: 300 }, (_, i) => i % 3);
  const x = Float64Array.from(
    { length: 600 },
    (_, i) => [1, 0, -1, 1, -1, -1][(Math.floor(i / 2) % 3) * 2 + (i % 2)] + 0.2 * random.normal(),
  );
  const task = { features: 2, classes: 3, seed: 1 };

  it("is the same task in every encoding", () => {
    const shared = classificationToBandit(x, y, task);
    const block = classificationToBandit(x, y, { ...task, encoding: "block" });
    const oneHot = classificationToBandit(x, y, { ...task, encoding: "one-hot" });
    expect([shared.arms, block.arms, block.dim, oneHot.dim]).toEqual([3, undefined, 6, 5]);
    const row = [...(shared.context(5).features as Float64Array)];
    const blocks = block.context(5).features as Float64Array[];
    expect(blocks.map((b) => [...b])).toEqual([
      [...row, 0, 0, 0, 0],
      [0, 0, ...row, 0, 0],
      [0, 0, 0, 0, ...row],
    ]);
    expect([...(oneHot.context(5).features as Float64Array[])[1]]).toEqual([...row, 0, 1, 0]);
    // A bandit with weights for each arm and one with blocks make the same decisions.
    const own = simulateBandit(linUcb({ dim: 2, arms: 3, alpha: 0.5 }), shared);
    const joint = simulateBandit(linUcb({ dim: 6, alpha: 0.5 }), block);
    expect(own.regret).toEqual(joint.regret);
    expect(own.reward).toBe(300 - own.regret[299]);
    expect(own.regret[299]).toBeLessThan(30);
  });

  it("may have late rewards and end early", () => {
    const bandit = linUcb({ dim: 2, arms: 3 });
    const waiting: number[] = [];
    const { regret } = simulateBandit(bandit, classificationToBandit(x, y, { ...task, rounds: 500 }), {
      delay: 7,
      onRound(round) {
        waiting.push(bandit.pending().length);
        return round < 99;
      },
    });
    expect(regret.length).toBe(100);
    expect(Math.max(...waiting)).toBe(7);
    expect(bandit.pending()).toEqual([]);
    expect(() => simulateBandit(bandit, null as never)).toThrow(TypeError);
    expect(() => classificationToBandit(x, y.slice(1), task)).toThrow("x: expected 299 rows of 2 numbers");
    expect(() => classificationToBandit(x, y, { ...task, classes: 2 })).toThrow("y[2]: expected");
  });
});
