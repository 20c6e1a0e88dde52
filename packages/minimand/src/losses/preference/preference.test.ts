import { grad, jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import { closeTo, numbers } from "../numbers.fixture.ts";
import {
  aotLoss,
  bcoPairLoss,
  combinePairLosses,
  denoise,
  desensitizeLengths,
  dpoLoss,
  implicitRewards,
  orpoLoss,
  pairGradientWeights,
  plackettLuceNll,
  robustify,
  runningMean,
  sequenceLogps,
  sftLoss,
  simpoLoss,
  wpoWeights,
} from "./index.ts";
import { pairsFrom } from "./preference-conformance.ts";

const close = closeTo(1e-5);
const waves = (shape: number[], phase = 0) => {
  const size = shape.reduce((a, b) => a * b, 1);
  return np.array(
    Float32Array.from({ length: size }, (_, i) => 2 * Math.sin(3 * i + phase)),
    { shape },
  );
};
const pairs = () => pairsFrom(waves([3, 2]).sub(3), waves([3, 2], 1).sub(3));
const ids = (rows: number[][]) =>
  np.array(Int32Array.from(rows.flat()), { shape: [rows.length, rows[0].length] });

describe("log-probabilities of sequences", () => {
  const tokens = () =>
    ids([
      [0, 3, 1, 2],
      [2, 0, 0, 9],
    ]);
  const mask = () =>
    np.array([
      [0, 0, 1, 1],
      [0, 1, 1, 0],
    ]);
  const logits = () => waves([2, 4, 4]);

  it("are those of the tokens that come next, summed and by lengths", () => {
    const z = numbers(logits());
    const logp = (b: number, t: number, token: number): number => {
      const row = z.slice((b * 4 + t - 1) * 4, (b * 4 + t) * 4);
      return row[token] - Math.log(row.reduce((s, v) => s + Math.exp(v), 0));
    };
    const sums = [logp(0, 2, 1) + logp(0, 3, 2), logp(1, 1, 0) + logp(1, 2, 0)];
    const { sum, mean, lengths } = sequenceLogps(logits(), tokens(), mask());
    close(numbers(sum), sums);
    close(
      numbers(mean),
      sums.map((v) => v / 2),
    );
    expect(numbers(lengths)).toEqual([2, 2]);
  });

  it("have the same gradient compiled as eagerly, where what arrives is a constant", () => {
    const total = grad((x: np.Array) => {
      const { sum, mean, lengths } = sequenceLogps(x, tokens(), mask());
      mean.dispose();
      lengths.dispose();
      return sum.sum();
    });
    const eager = numbers(total(logits()));
    close(numbers(jit(total)(logits())), eager);
    expect(eager.filter((g) => g !== 0).length).toBe(16);
  });

  it("weigh the tail of the longer response less, if asked", () => {
    const { chosen, rejected } = desensitizeLengths(
      np.array([
        [0, 1, 1, 1],
        [1, 1, 0, 0],
      ]),
      np.array([
        [0, 0, 1, 1],
        [1, 1, 1, 0],
      ]),
      0.25,
    );
    expect(numbers(chosen)).toEqual([0, 1, 1, 0.25, 1, 1, 0, 0]);
    expect(numbers(rejected)).toEqual([0, 0, 1, 1, 1, 1, 0.25, 0]);
  });

  it("weigh responses by how likely the policy draws them itself", () => {
    const uniform = np.zeros([2, 4, 4]);
    close(numbers(wpoWeights(uniform, tokens(), mask())), [1, 1]);
    // One token is all but certain: where it is the response, the weight is 1, elsewhere nearly 0.
    const sure = np.array([
      [
        [9, 0, 0, 0],
        [9, 0, 0, 0],
        [9, 0, 0, 0],
        [9, 0, 0, 0],
      ],
    ]);
    const weight = (token: number) =>
      wpoWeights(sure.ref, ids([[1, token, 1, 1]]), np.array([[0, 1, 0, 0]])).item();
    expect(weight(0)).toBeCloseTo(1, 3);
    expect(weight(1)).toBeLessThan(1e-3);
    sure.dispose();
  });

  it("refuse responses without tokens, ids outside the vocabulary and masks that don't match", () => {
    const none = np.array([
      [1, 0, 0, 0],
      [0, 1, 1, 0],
    ]);
    expect(() => sequenceLogps(logits(), tokens(), none)).toThrow(
      /^mask\[0\]: expected at least one token of the response after the first, got 0$/,
    );
    expect(() =>
      sequenceLogps(
        logits(),
        ids([
          [0, 3, 1, 4],
          [2, 0, 0, 9],
        ]),
        mask(),
      ),
    ).toThrow(/^tokens: expected ids from 0 to 3, got 4$/);
    expect(() => sequenceLogps(logits(), tokens(), np.array([[0, 1]]))).toThrow(
      /^mask: expected shape \[2, 4\]/,
    );
    expect(() => sequenceLogps(logits(), tokens().astype(np.float32), mask())).toThrow(
      /^tokens: expected int32/,
    );
    expect(() => sequenceLogps(waves([2, 1, 4]), ids([[0], [0]]), np.array([[1], [1]]))).toThrow(
      /^logits: expected at least 2 places/,
    );
  });
});

describe("pairs", () => {
  it("imply rewards, margins and accuracies", () => {
    const { chosen, rejected, margin, accuracy } = implicitRewards(pairs(), { beta: 0.5 });
    const [w, l] = [numbers(chosen), numbers(rejected)];
    close(
      numbers(margin),
      w.map((v, i) => v - l[i]),
    );
    expect(numbers(accuracy)).toEqual(w.map((v, i) => (v > l[i] ? 1 : 0)));
    const plain = numbers(dpoLoss(pairs(), { beta: 0.5 }));
    close(
      plain,
      w.map((v, i) => Math.log1p(Math.exp(l[i] - v))),
    );
  });

  it("imply rewards by the divergence of Jensen and Shannon that are 0 at the reference", () => {
    const [w, l] = [Math.log(3), -Math.log(3)];
    const arms = {
      policyChosen: np.array([w - 9, -9]),
      policyRejected: np.array([l - 9, -9]),
      refChosen: np.array([-9, -9]),
      refRejected: np.array([-9, -9]),
    };
    const { chosen, rejected, ...others } = implicitRewards(arms, { beta: 2, divergence: "jensen-shannon" });
    // log(2 u / (1 + u)) of the ratios u = 3, 1/3 and 1.
    close(numbers(chosen), [2 * Math.log(1.5), 0]);
    close(numbers(rejected), [2 * Math.log(0.5), 0]);
    for (const one of Object.values(others)) one.dispose();
  });

  it("of equal margins are sorted by their place, so that each has a partner of its own", () => {
    const tied = {
      policyChosen: np.array([-1, -1, -1]),
      policyRejected: np.array([-3, -3, -3]),
      refChosen: np.array([-5, -3, -4]),
      refRejected: np.array([-5, -5, -5]),
    };
    // Margins 2, 2, 2 beside those of the reference in order: 0, 1, 2.
    close(
      numbers(aotLoss(tied, { beta: 1 })),
      [2, 1, 0].map((z) => Math.log1p(Math.exp(-z))),
    );
  });

  it("are summed over losses by their weights", () => {
    const [a, b] = [numbers(dpoLoss(pairs())), numbers(sftLoss(pairs()))];
    const both = combinePairLosses([
      { loss: dpoLoss, weight: 0.8 },
      { loss: sftLoss, weight: 2 },
    ]);
    close(
      numbers(both(pairs(), {})),
      a.map((v, i) => 0.8 * v + 2 * b[i]),
    );
    const w = np.array([1, 0, 1]);
    expect(numbers(both(pairs(), { weights: w }))[1]).toBe(0);
    expect(() => combinePairLosses([])).toThrow(/^parts: expected a list of losses/);
    expect(() => combinePairLosses([{ loss: dpoLoss, weight: Number.NaN }])).toThrow(/^parts\[0\]\.weight/);
    expect(() => combinePairLosses([{ loss: 3 as never, weight: 1 }])).toThrow(
      /^parts\[0\]\.loss: expected a function/,
    );
  });

  it("may be measured from the running mean of their rewards", () => {
    let mean = runningMean(undefined, np.array([1, 2, 6]));
    mean = runningMean(mean, np.array([7, Number.NaN, 4]), np.array([1, 0, 1]));
    expect([mean.mean.ref.item(), mean.count.ref.item()]).toEqual([4, 5]);
    const withDelta = numbers(bcoPairLoss(pairs(), { delta: mean.mean }));
    mean.count.dispose();
    close(withDelta, numbers(bcoPairLoss(pairs(), { delta: 4 })));
  });

  it("are refused where there are none", () => {
    expect(() => dpoLoss(undefined as never)).toThrow(/^pairs: expected log-probabilities .*got undefined$/);
    expect(() => dpoLoss(pairs(), { divergence: "chi" as never })).toThrow(/^divergence: expected one of/);
    expect(() => dpoLoss(pairs(), { divergence: { alpha: Number.NaN } })).toThrow(/^divergence\.alpha/);
    const { chosenLengths, rejectedLengths, ...none } = pairs();
    expect(() => dpoLoss(none, { lengthNormalize: true })).toThrow(/^chosenLengths: expected the tokens/);
    chosenLengths?.dispose();
    rejectedLengths?.dispose();
  });
});

describe("what isn't in the suite", () => {
  it("leaves no array alive and consumes what it is given", () => {
    const [z, t, m] = [
      waves([2, 4, 4]),
      ids([
        [0, 3, 1, 2],
        [2, 0, 0, 1],
      ]),
      np.array([
        [0, 0, 1, 1],
        [0, 1, 1, 0],
      ]),
    ];
    const v = waves([5]);
    const calls: (() => np.Array[])[] = [
      () => Object.values(sequenceLogps(z.ref, t.ref, m.ref)),
      () => [wpoWeights(z.ref, t.ref, m.ref)],
      () => Object.values(desensitizeLengths(m.ref, m.ref, 0.5)),
      () => Object.values(implicitRewards(pairs())),
      () => [pairGradientWeights(v.ref, { loss: "noise-aware", epsilon: 0.1 })],
      () => [pairGradientWeights(v.ref, { loss: "dpo", epsilon: np.array(0.1) })],
      () => [denoise(v.ref, v.ref.mul(2), np.array(0.2))],
      () => [robustify(dpoLoss, 0.2)(pairs(), { weights: np.array([1, 0, 2]) })],
      () => [robustify((x: np.Array) => x.mul(2), 0.2)(v.ref)],
      () => [
        plackettLuceNll(m.ref, {
          ranking: ids([
            [0, 3, 1, 2],
            [2, 0, 1, 3],
          ]),
          weights: np.array([1, 2]),
        }),
      ],
      () => Object.values(runningMean(runningMean(undefined, v.ref), v.ref)),
      () => [
        combinePairLosses([
          { loss: dpoLoss, weight: 1 },
          { loss: sftLoss, weight: 2 },
        ])(pairs(), {}),
      ],
    ];
    for (const call of calls)
      expect(
        leakOf(() => {
          for (const x of call()) x.dataSync();
        }),
        String(call),
      ).toBe(0);
    expect([z, t, m, v].map((x) => x.refCount)).toEqual([1, 1, 1, 1]);
  });
});

describe("losses without a reference", () => {
  const given = () => ({
    policyChosen: np.array([-4, -0.5, -9]),
    policyRejected: np.array([-6, -12, -3]),
    chosenLengths: np.array([4, 1, 3]),
    rejectedLengths: np.array([3, 4, 2]),
  });
  const means = [
    [-1, -2],
    [-0.5, -3],
    [-3, -1.5],
  ];
  const softplus = (x: number): number => Math.log1p(Math.exp(x));

  it("are of mean log-probabilities: SimPO with a margin, ORPO by odds beside the likelihood", () => {
    close(
      numbers(simpoLoss(given(), { beta: 2.5, gamma: 0.7 })),
      means.map(([w, l]) => softplus(0.7 - 2.5 * (w - l))),
    );
    const logOdds = (p: number): number => p - Math.log1p(-Math.exp(p));
    close(
      numbers(orpoLoss(given(), { lambda: 0.4 })),
      means.map(([w, l]) => -w + 0.4 * softplus(logOdds(l) - logOdds(w))),
    );
  });

  it("have the same values with one, which they don't look at", () => {
    for (const loss of [simpoLoss, orpoLoss]) {
      const refs = { refChosen: np.array([-1, -2, -3]), refRejected: np.array([-3, -1, -7]) };
      expect(numbers(loss({ ...given(), ...refs }))).toEqual(numbers(loss(given())));
    }
  });

  it("ORPO stays finite for responses that are certain, and pulls no more at them", () => {
    const certain = { ...given(), policyChosen: np.array([0, -1e-9, -1]) };
    expect(numbers(orpoLoss(certain)).every(Number.isFinite)).toBe(true);
    const slope = jit(grad((w: np.Array) => orpoLoss({ ...given(), policyChosen: w }, { lambda: 1 }).sum()));
    expect(numbers(slope(np.array([0, -1e-9, -1]))).every(Number.isFinite)).toBe(true);
  });

  it("refuse pairs without lengths, and margins and weights below 0", () => {
    const { chosenLengths, ...without } = given();
    chosenLengths.dispose();
    expect(() => simpoLoss(without as never)).toThrow(/^chosenLengths: expected the tokens of each response/);
    expect(() => simpoLoss(given(), { gamma: -1 })).toThrow(/^gamma: expected a finite number >= 0, got -1$/);
    expect(() => orpoLoss(given(), { lambda: -1 })).toThrow(
      /^lambda: expected a finite number >= 0, got -1$/,
    );
    expect(() => orpoLoss(null as never)).toThrow(/^policyChosen: expected/);
  });
});
