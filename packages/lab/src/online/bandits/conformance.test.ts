import { describe, expect, it } from "vitest";
import { itIsALearner } from "../conformance.fixture.ts";
import { linUcb, neuFastCb, restoreBandit } from "../index.ts";
import { bandits, conforming, contexts, dim, play } from "./bandits.fixture.ts";
import { pack, unpack } from "./snapshot-bytes.ts";

describe.each(Object.entries(bandits))("%s", (_, make) => {
  itIsALearner(conforming(make));

  it.each([true, false])(
    "continues from a snapshot bit for bit (arms with weights of their own: %s)",
    (own) => {
      const bandit = make({ dim, seed: 3, ...(own ? { arms: 3 } : {}) });
      play(bandit, contexts(40, own));
      const other = restoreBandit(bandit.snapshot());
      expect(other.kind).toBe(bandit.kind);
      expect(other.pending()).toEqual(bandit.pending());
      expect(bandit.pending().length).toBeGreaterThan(5);
      const waiting = bandit.pending()[2].decisionId;
      for (const b of [bandit, other]) b.update(waiting, 1);
      const later = contexts(30, own, 2);
      expect(play(other, later, 40)).toEqual(play(bandit, later, 40));
      expect(other.snapshot()).toEqual(bandit.snapshot());
    },
  );

  it("gives probabilities, predictions and the decision's own propensity", () => {
    for (const own of [true, false]) {
      const bandit = make({ dim, ...(own ? { arms: 3 } : {}) });
      for (const { propensities, propensity, predicted, action, actionId } of play(
        bandit,
        contexts(20, own),
      )) {
        expect(propensities.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
        expect(propensity).toBe(propensities[action]);
        expect(propensity).toBeGreaterThan(0);
        expect(predicted.every(Number.isFinite)).toBe(true);
        expect(predicted.length).toBe(propensities.length);
        expect(actionId).toBe(String(action));
      }
    }
  });

  it("explains and freezes without a change", () => {
    const bandit = make({ dim, arms: 3, rewardRange: [-10, 10] });
    const rounds = contexts(30, true);
    play(bandit, rounds.slice(0, 20));
    const before = bandit.snapshot();
    const [context] = rounds.slice(20);
    const { predicted, gaps, propensities } = bandit.explain(context);
    const frozen = bandit.freeze();
    expect(bandit.snapshot()).toEqual(before);
    expect(Math.min(...gaps)).toBe(0);
    expect(frozen.predicted(context)).toEqual(predicted);
    expect(frozen.propensities(context)).toEqual(propensities);
    const decision = bandit.choose(context);
    expect(decision.predicted).toEqual(predicted);
    if (bandit.propensities !== "estimated") expect(decision.propensities).toEqual(propensities);
    play(bandit, rounds);
    expect(frozen.predicted(context)).toEqual(predicted);
  });

  it("refuses bad input with a clear error and stays as it was", () => {
    const bandit = make({ dim, arms: 3, rewardRange: [0, 2] });
    const shared = make({ dim });
    const waiting = bandit.choose({ features: [1, 2, 3, 4] }).decisionId;
    const settled = bandit.choose({ features: [1, 2, 3, 4] }).decisionId;
    bandit.update(settled, 2);
    const before = [bandit.snapshot(), shared.snapshot()];
    const refusals: [() => unknown, string][] = [
      [
        () => bandit.choose({ features: [1, 2, 3] }),
        "features: expected an array of 4 numbers, got an array of length 3",
      ],
      [
        () => bandit.choose({ features: [1, 2, 3, Number.NaN] }),
        "features[3]: expected a finite number, got NaN",
      ],
      [
        () => bandit.choose({ features: [1, 2, 3, "4"] as never }),
        'features[3]: expected a finite number, got "4"',
      ],
      [
        () => bandit.choose({ features: [1, 2, 3, 1e200] }),
        "features: expected a vector of finite norm, got Infinity",
      ],
      [() => bandit.choose(null as never), "context: expected an object with features, got null"],
      [
        () => bandit.choose({ features: [1, 2, 3, 4], actionIds: ["a", "b"] }),
        "actionIds: expected 3 names, got an array of length 2",
      ],
      [
        () => bandit.choose({ features: [1, 2, 3, 4], actionIds: ["a", "b", "a"] }),
        "actionIds: expected names that differ",
      ],
      [() => shared.choose({ features: [] }), "features: expected at least one arm"],
      [() => shared.choose({ features: [[1, 2, 3, 4], [1]] }), "features[1]: expected an array of 4 numbers"],
      [() => shared.choose({ features: [1, 2, 3, 4] }), "features[0]: expected an array of 4 numbers, got 1"],
      [() => bandit.update("7-abc", 1), 'decisionId: expected a decision of this learner, got "7-abc"'],
      [() => bandit.update(7 as never, 1), "decisionId: expected a decision of this learner, got 7"],
      [
        () => bandit.update(settled, 1),
        "decisionId: expected a decision that waits for its feedback (this one is settled)",
      ],
      [() => bandit.expire(settled), "decisionId: expected a decision that waits"],
      [() => bandit.update(waiting, 2.1), "reward: expected a finite number >= 0 and <= 2, got 2.1"],
      [() => bandit.update(waiting, Number.NaN), "reward: expected a finite number >= 0 and <= 2, got NaN"],
      [() => bandit.expire(waiting, -1), "reward: expected"],
      [
        () =>
          bandit.updateBatch([
            { decisionId: waiting, reward: 1 },
            { decisionId: waiting, reward: 1 },
          ]),
        "decisionId: expected each decision once",
      ],
    ];
    for (const [act, message] of refusals) expect(act, message).toThrow(message);
    expect([bandit.snapshot(), shared.snapshot()]).toEqual(before);
    bandit.updateBatch([{ decisionId: waiting, reward: 1 }]);
    expect(bandit.updates).toBe(2);
  });
});

it("permuting arms that share weights permutes propensities", () => {
  for (const name of ["NeuSquareCB, signs", "NeuFastCB, signs", "epsilon-greedy"]) {
    const bandit = bandits[name]({ dim });
    play(bandit, contexts(30, false));
    const [{ features }] = contexts(1, false, 9);
    const rows = features as number[][];
    const p = bandit.explain({ features: rows }).propensities;
    const turned = bandit.explain({ features: rows.toReversed() }).propensities;
    for (const [i, share] of [...turned].reverse().entries()) expect(share).toBeCloseTo(p[i], 12);
  }
});

it("draws arms as often as their propensities say, and estimates those of Thompson sampling well", () => {
  const context = { features: [1, 0, 0, 1] };
  for (const name of ["NeuSquareCB, expected", "NeuralTS", "LinTS", "LinExp3"]) {
    const bandit = bandits[name]({ dim, arms: 3 });
    play(bandit, contexts(20, true));
    const counts = [0, 0, 0];
    const sums = [0, 0, 0];
    for (let i = 0; i < 3000; i++) {
      const { action, propensities } = bandit.choose(context);
      counts[action]++;
      propensities.forEach((p, arm) => {
        sums[arm] += p;
      });
    }
    for (const arm of [0, 1, 2]) expect(Math.abs(counts[arm] - sums[arm]) / 3000, name).toBeLessThan(0.05);
  }
});

it("scales contexts to norm 1, refuses others, or takes all, as told", () => {
  const predicted = (norm: "scale" | "check" | "any", features: number[]) => {
    const bandit = bandits.LinUCB({ dim: 2, arms: 2, norm });
    bandit.update(bandit.choose({ features: [1, 0] }).decisionId, 1);
    return bandit.explain({ features }).predicted[0];
  };
  expect(predicted("scale", [7, 0])).toBe(0.5);
  expect(predicted("scale", [0, 0])).toBe(0);
  expect(predicted("any", [7, 0])).toBe(3.5);
  expect(predicted("check", [1, 0])).toBe(0.5);
  expect(() => predicted("check", [7, 0])).toThrow("features: expected a vector of norm 1, got 7");
});

/** Plain data with some of it changed. */
function merged(data: object, changed: object): object {
  const plain = (value: unknown): value is object =>
    typeof value === "object" && value !== null && !ArrayBuffer.isView(value) && !Array.isArray(value);
  const parts = Object.entries(changed).map(([name, value]) => {
    const own = (data as Record<string, unknown>)[name];
    return [name, plain(own) && plain(value) ? merged(own, value) : value];
  });
  return { ...data, ...Object.fromEntries(parts) };
}

describe("a snapshot", () => {
  const bandit = bandits["NeuFastCB, signs"]({ dim, arms: 3 });
  play(bandit, contexts(10, true));
  const snapshot = bandit.snapshot();
  it("cut short, changed, of another version or of something else is refused", () => {
    expect(() => restoreBandit(snapshot.slice(0, -8))).toThrow(
      `snapshot: expected ${snapshot.length} bytes, got ${snapshot.length - 8}`,
    );
    const changed = snapshot.slice();
    changed[snapshot.length - 100] ^= 1;
    expect(() => restoreBandit(changed)).toThrow("snapshot: expected bytes that are as they were written");
    const newer = snapshot.slice();
    newer[4] = 9;
    expect(() => restoreBandit(newer)).toThrow("snapshot.version: expected 1, got 9");
    expect(() => restoreBandit(new Uint8Array(100))).toThrow(
      "snapshot: expected what snapshot() of a bandit returns, got Uint8Array(100)",
    );
    expect(() => restoreBandit(new Uint8Array(3))).toThrow(TypeError);
    expect(() => restoreBandit("x" as never)).toThrow(
      'snapshot: expected what snapshot() of a bandit returns, got "x"',
    );
  });

  it.each<[string, unknown]>([
    ["nothing", null],
    ["no options", { options: null }],
    ["an empty ledger", { ledger: { pending: {} } }],
    ["no state", { algorithm: null }],
    ["a dimension below 0", { algorithm: { dim: -1 } }],
    ["more arms than any list has room for", { options: { dim: 2, arms: 1e9 } }],
    ["draws without end", { kind: "lin-ts", options: { dim: 2, arms: 2, estimates: 1e9 } }],
    ["layers without end", { kind: "neu-fast-cb", options: { dim: 2, arms: 2, hidden: Array(101).fill(1) } }],
    [
      "a layer that no memory holds",
      { kind: "neu-fast-cb", options: { dim: 2, arms: 2, hidden: [2e4, 2e4] } },
    ],
  ])("of %s is refused", (_, changed) => {
    const saved = unpack(linUcb({ dim: 2, arms: 2 }).snapshot(), 1) as object;
    const bytes = pack(changed === null ? null : { ...saved, ...(changed as object) }, 1);
    expect(() => restoreBandit(bytes)).toThrow(/^snapshot: expected /);
    const bandit = linUcb({ dim: 2, arms: 2 });
    const before = bandit.snapshot();
    expect(() => bandit.restore(bytes)).toThrow(/^snapshot(\.\w+)*: expected /);
    expect(bandit.snapshot()).toEqual(before);
  });

  it.each<[string, string, boolean, object]>([
    ["more weights than it has", "NeuFastCB, signs", true, { options: { hidden: [9] } }],
    ["fewer weights than it has", "epsilon-greedy", true, { options: { hidden: [7] } }],
    ["more weights than it has, for NeuralTS", "NeuralTS", true, { options: { hidden: [9] } }],
    ["another design", "NeuralUCB", true, { algorithm: { design: new Float64Array(3) } }],
    ["weights in JSON", "epsilon-greedy", true, { algorithm: { parameters: { length: 1e9 } } }],
    ["other moments", "NeuSquareCB, none, Adam", true, { algorithm: { memory: { first: [] } } }],
    ["fewer examples than it says", "epsilon-greedy", true, { algorithm: { filled: 20 } }],
    [
      "more examples than it keeps",
      "epsilon-greedy",
      true,
      { options: { replay: { capacity: 9, batch: 1 } } },
    ],
    ["a place outside of its examples", "epsilon-greedy", true, { algorithm: { next: 20 } }],
    ["examples in JSON", "epsilon-greedy", true, { algorithm: { replayX: [] } }],
    ["more arms than regressions", "LinUCB", true, { options: { arms: 4 } }],
    ["other vectors than regressions", "LinTS", false, { options: { dim: 3 } }],
    ["a regression in JSON", "LinUCB", true, { algorithm: { inverse: { length: 1e12 } } }],
    ["more arms than losses", "LinExp3", true, { options: { arms: 4 } }],
    ["more arms than covariances", "LinExp3", true, { algorithm: { inverse: new Float64Array(1) } }],
    [
      "a context of many arms",
      "LinExp3",
      true,
      { algorithm: { buffer: { counts: Int32Array.of(1e8), seen: 1, next: 0 } } },
    ],
    [
      "a context of more vectors than there are",
      "LinExp3",
      false,
      { algorithm: { buffer: { counts: Int32Array.of(1e6), seen: 1, next: 0 } } },
    ],
    [
      "a context of no arms",
      "LinExp3",
      false,
      { algorithm: { buffer: { counts: Int32Array.of(0), x: new Float64Array(0), seen: 1, next: 0 } } },
    ],
    ["contexts in JSON", "LinExp3", true, { algorithm: { buffer: { counts: { length: 1e8 } } } }],
    ["contexts of the other kind", "LinExp3", false, { algorithm: { buffer: { own: true } } }],
    ["more contexts than it keeps", "LinExp3", true, { options: { buffer: { capacity: 9, refresh: 1 } } }],
    ["a place outside of its contexts", "LinExp3", true, { algorithm: { buffer: { next: 25 } } }],
    ["fewer contexts seen than kept", "LinExp3", true, { algorithm: { buffer: { seen: 1 } } }],
    ["decisions without vectors", "LinUCB", true, { ledger: { pending: { x: new Float64Array(1) } } }],
    ["decisions without arms", "LinUCB", true, { ledger: { pending: { action: new Int32Array(0) } } }],
    ["decisions in JSON", "LinUCB", true, { ledger: { pending: { t: { length: 1e9 } } } }],
  ])("that claims %s is refused (%s)", (_, name, own, changed) => {
    const bandit = bandits[name]({ dim, arms: own ? 3 : undefined });
    play(bandit, contexts(20, own));
    bandit.choose(contexts(1, own)[0]);
    const saved = unpack(bandit.snapshot(), 1) as object;
    expect(() => restoreBandit(pack(saved, 1))).not.toThrow();
    const bytes = pack(merged(saved, changed), 1);
    expect(() => restoreBandit(bytes)).toThrow(
      /^snapshot: expected the state of a bandit, got one that can't/,
    );
  });

  it("is compared with its options before memory is taken", () => {
    const bandit = neuFastCb({ dim, perturbation: { mode: "signs" } });
    const saved = unpack(bandit.snapshot(), 1) as object;
    // Such signs don't fit, which is found out when they are drawn.
    const options = { hidden: [10_000], perturbation: { samples: 100_000 } };
    expect(() => restoreBandit(pack(merged(saved, { options }), 1))).toThrow(
      /parameters: expected 50000 numbers/,
    );
  });

  it("may lie anywhere in a buffer", () => {
    const shifted = new Uint8Array(snapshot.length + 3);
    shifted.set(snapshot, 3);
    expect(restoreBandit(shifted.subarray(3)).snapshot()).toEqual(snapshot);
    expect(restoreBandit(Buffer.from(shifted.buffer, 3)).snapshot()).toEqual(snapshot);
  });
});

it("refuses options out of range when it is made", () => {
  const make = bandits["epsilon-greedy"];
  expect(() => make({ dim: 0 })).toThrow("dim: expected an integer >= 1, got 0");
  expect(() => make({ dim: 2, arms: 0 })).toThrow("expected an integer >= 1, got 0");
  expect(() => make({ dim: 2, rewardRange: [1, 1] })).toThrow(
    "rewardRange[1]: expected a finite number > 1, got 1",
  );
  expect(() => make({ dim: 2, rewardRange: 3 as never })).toThrow(TypeError);
  expect(() => make({ dim: 2, seed: 0.5 })).toThrow("seed: expected an integer, got 0.5");
  expect(() => make({ dim: 2, norm: "l1" as never })).toThrow("norm: expected one of");
});

it("keeps flat memory over thousands of decisions", () => {
  const bandit = bandits["NeuSquareCB, signs"]({ dim, arms: 3 });
  const rounds = contexts(50, true);
  const run = (count: number): void => {
    for (let i = 0; i < count; i++)
      bandit.update(bandit.choose(rounds[i % 50]).decisionId, (i % 2) as number);
  };
  run(100);
  const size = bandit.snapshot().length;
  run(3000);
  expect(Math.abs(bandit.snapshot().length - size)).toBeLessThan(64);
  expect(bandit.pending()).toEqual([]);
});
