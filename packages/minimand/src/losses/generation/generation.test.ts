import { jit, numpy as np, random } from "@jax-js/jax";
import { compiledValueAndGrad } from "minimand/engine";
import {
  alignLoss,
  denoisingLoss,
  drawSimilarityLoss,
  jointPromptLoss,
  minSnrWeights,
  tokenCrossEntropy,
} from "minimand/losses";
import { type DiffusionSchedule, diffusionSchedule } from "minimand/training";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import { numbers } from "../numbers.fixture.ts";

const ids = (values: readonly (readonly number[])[]) => np.array(values as number[][], { dtype: np.int32 });
const times = (...values: number[]) => np.array(Int32Array.from(values));
const wave = (shape: readonly number[], phase = 1) =>
  np.array(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => 1.7 * Math.sin(3 * i + phase)),
    { shape: [...shape] },
  );

describe("a schedule of noise", () => {
  const schedule = diffusionSchedule({ steps: 200, betaStart: 1e-4, betaEnd: 0.05 });

  it("falls from nearly 1, linear in the betas or in their roots", () => {
    const { alphaBar } = schedule;
    expect(alphaBar[0]).toBeCloseTo(1 - 1e-4, 12);
    expect(alphaBar.every((a, t) => t === 0 || a < alphaBar[t - 1])).toBe(true);
    expect(alphaBar[199]).toBeCloseTo(0.006, 3);
    const scaled = diffusionSchedule({ steps: 3, betaStart: 0.01, betaEnd: 0.09, kind: "scaled_linear" });
    [0.99, 0.99 * 0.96, 0.99 * 0.96 * 0.91].forEach((a, t) => {
      expect(scaled.alphaBar[t]).toBeCloseTo(a, 12);
    });
    expect(diffusionSchedule({ steps: 1, betaStart: 0.2, betaEnd: 0.4 }).alphaBar).toEqual(
      Float64Array.of(0.8),
    );
  });

  it("leaves clean data before the first time, and keeps the variance of white data", () => {
    const clean = schedule.addNoise(wave([2, 3]), wave([2, 3], 5), times(-1, -1));
    expect(numbers(clean)).toEqual(numbers(wave([2, 3])));
    const normals = (seed: number) => random.normal(random.key(seed), [4000, 2]);
    for (const t of [0, 60, 199]) {
      const zt = numbers(schedule.addNoise(normals(1), normals(2), t));
      expect(zt.reduce((sum, v) => sum + v * v, 0) / zt.length).toBeCloseTo(1, 1);
    }
  });

  it("has the same values for one time and for a row of it, compiled, too", () => {
    const added = (t: number | np.Array) => numbers(schedule.addNoise(wave([2, 3]), wave([2, 3], 5), t));
    expect(added(times(70, 70))).toEqual(added(70));
    const run = jit((z: np.Array, e: np.Array, t: np.Array) => schedule.addNoise(z, e, t));
    numbers(run(wave([2, 3]), wave([2, 3], 5), times(3, 150))).forEach((v, i) => {
      expect(v).toBeCloseTo([...added(3).slice(0, 3), ...added(150).slice(3)][i], 6);
    });
    run.dispose();
    expect(numbers(schedule.snr(times(5, 100)))[1]).toBeCloseTo(schedule.snr(100).item(), 5);
  });

  it("has velocities from which data and noise come back", () => {
    const [z0, noise, t] = [wave([3, 4]), wave([3, 4], 2), () => times(0, 90, 199)];
    const zt = schedule.addNoise(z0.ref, noise.ref, t());
    const v = schedule.velocity(z0.ref, noise, t());
    const back = schedule.ddimStep(zt, v, { from: t(), to: -1, prediction: "v" });
    numbers(back).forEach((value, i) => {
      expect(value).toBeCloseTo(numbers(z0.ref)[i], 4);
    });
    z0.dispose();
  });

  it("goes back along the noise that it was given, whatever the steps between", () => {
    const path = (from: number, to: number[], prediction: "eps" | "v", schedule: DiffusionSchedule) => {
      let at = from;
      let z = schedule.addNoise(wave([2, 3]), wave([2, 3], 4), from);
      for (const next of to) {
        const said =
          prediction === "eps" ? wave([2, 3], 4) : schedule.velocity(wave([2, 3]), wave([2, 3], 4), at);
        z = schedule.ddimStep(z, said, { from: at, to: next, prediction });
        at = next;
      }
      return numbers(z);
    };
    const straight = path(150, [-1], "eps", schedule);
    for (const [to, kind] of [
      [[100, 20, -1], "eps"],
      [[40, -1], "v"],
    ] as const)
      path(150, [...to], kind, schedule).forEach((v, i) => {
        expect(v).toBeCloseTo(straight[i], 4);
      });
    straight.forEach((v, i) => {
      expect(v).toBeCloseTo(numbers(wave([2, 3]))[i], 4);
    });
  });

  it("refuses what is none", () => {
    const bad = { steps: 10, betaStart: 0.1, betaEnd: 0.2 };
    expect(() => diffusionSchedule({ ...bad, steps: 0 })).toThrow(/^steps/);
    expect(() => diffusionSchedule({ ...bad, betaEnd: 0.05 })).toThrow(/^betaEnd/);
    expect(() => diffusionSchedule({ ...bad, betaStart: 0 })).toThrow(/^betaStart/);
    expect(() => diffusionSchedule({ ...bad, kind: "cosine" as never })).toThrow(/^kind/);
    expect(() => schedule.addNoise(wave([2, 3]), wave([2, 4]), 1)).toThrow(/^noise: expected shape/);
    expect(() => schedule.addNoise(wave([2, 3]), wave([2, 3]), 200)).toThrow(/^times/);
    expect(() => schedule.addNoise(wave([2, 3]), wave([2, 3]), times(1, 200))).toThrow(/^times/);
    expect(() => schedule.addNoise(wave([2, 3]), wave([2, 3]), np.array([1, 2]))).toThrow(/^times: .*int32/);
    expect(() => schedule.snr(-1)).toThrow(/^times/);
    expect(() => schedule.ddimStep(wave([1, 2]), wave([1, 2]), { from: 3, too: 1 } as never)).toThrow(
      /did you mean 'to'/,
    );
  });
});

describe("the weights of times", () => {
  it("are 1 where the ratio is at most gamma, and fall as its reciprocal beyond", () => {
    const weights = numbers(minSnrWeights(np.array([0.01, 4.9, 5, 50])));
    [1, 1, 1, 0.1].forEach((w, i) => {
      expect(weights[i]).toBeCloseTo(w, 6);
    });
    expect(numbers(minSnrWeights(np.array([3, 9]), { gamma: 3, prediction: "v" }))[1]).toBeCloseTo(0.3, 6);
    expect(() => minSnrWeights(np.array([1, 2]), { gamma: 0 })).toThrow(/^gamma/);
  });
});

describe("the cross-entropy of tokens", () => {
  it("is log V where all tokens are equally likely", () => {
    const loss = tokenCrossEntropy(
      np.zeros([2, 3, 7]),
      ids([
        [1, 2, 3],
        [4, 5, -100],
      ]),
    );
    expect(loss.item()).toBeCloseTo(Math.log(7), 6);
  });

  it("has no gradient where labels are ignored, whatever stands there", () => {
    const run = compiledValueAndGrad((f: np.Array, y: np.Array) => tokenCrossEntropy(f, y));
    const flat = numbers(wave([2, 2, 3]));
    flat[4] = Number.NaN;
    const logits = np.array(Float32Array.from(flat), { shape: [2, 2, 3] });
    const [value, gradient] = run(
      logits,
      ids([
        [0, -100],
        [2, 1],
      ]),
    );
    expect(Number.isFinite(value.item())).toBe(true);
    const g = numbers(gradient);
    expect(g.slice(3, 6).map(Math.abs)).toEqual([0, 0, 0]);
    expect(g.filter((v) => v !== 0)).toHaveLength(9);
    run.dispose();
  });

  it("is the mean over tokens, not over texts", () => {
    const value = (rows: number[][]) => tokenCrossEntropy(wave([rows.length, 2, 3]), ids(rows)).item();
    const both = value([
      [0, 1],
      [2, -100],
    ]);
    const one = tokenCrossEntropy(
      wave([2, 2, 3]),
      ids([
        [0, 1],
        [-100, -100],
      ]),
    ).item();
    const other = tokenCrossEntropy(
      wave([2, 2, 3]),
      ids([
        [-100, -100],
        [2, -100],
      ]),
    ).item();
    expect(both).toBeCloseTo((2 * one + other) / 3, 5);
  });

  it("refuses a batch without tokens, and labels that are none", () => {
    const f = () => wave([1, 2, 3]);
    expect(() => tokenCrossEntropy(f(), ids([[-100, -100]]))).toThrow(
      /^labels: .*isn't ignored, got "none"$/,
    );
    expect(() => tokenCrossEntropy(f(), ids([[0, 3]]))).toThrow(/^labels: expected ids from 0 to 2/);
    expect(() => tokenCrossEntropy(f(), ids([[0, -1]]))).toThrow(/^labels/);
    expect(() => tokenCrossEntropy(f(), np.array([[0, 1]]))).toThrow(/^labels: expected int32\[1, 2\]/);
    expect(() => tokenCrossEntropy(wave([2, 3]), ids([[0, 1]]))).toThrow(/^logits/);
    const compiled = jit((f: np.Array, y: np.Array) => tokenCrossEntropy(f, y));
    expect(compiled(f(), ids([[-100, -100]])).item()).toBe(0);
    compiled.dispose();
  });
});

describe("the joint loss", () => {
  const scalar = (v: number) => np.array(v);

  it("weighs the terms that are there", () => {
    const value = (terms: object, weights = {}) => jointPromptLoss(terms, weights).item();
    expect(value({ image: scalar(2), text: scalar(3) }, { textGamma: 0.5 })).toBeCloseTo(3.5, 6);
    expect(value({ text: scalar(3) })).toBeCloseTo(0.3, 6);
    const all = { image: scalar(1), text: scalar(1), align: scalar(1), diversity: scalar(1) };
    const gammas = { textGamma: np.array(0.1), alignGamma: 0.02, diversityGamma: 3 };
    expect(value(all, gammas)).toBeCloseTo(4.12, 5);
  });

  it("refuses what is none", () => {
    expect(() => jointPromptLoss({})).toThrow(/^terms: expected at least one/);
    expect(() => jointPromptLoss({ image: 3 as never })).toThrow(/^terms.image/);
    expect(() => jointPromptLoss({ image: np.array([1, 2]) })).toThrow(/^terms.image/);
    expect(() => jointPromptLoss({ image: scalar(1) }, { textGamma: -1 })).toThrow(/^textGamma/);
  });
});

describe("the alignment of an attention", () => {
  it("is a constant in official mode, between log D - 1 and log(D - 1 + e)", () => {
    const classes = 12;
    const limits = [Math.log(classes) - 1, Math.log(classes - 1 + Math.E)];
    for (const scale of [0, 1, 100, -100])
      for (const value of numbers(
        alignLoss(wave([5, 3, 4]).mul(scale), wave([5, 12], 3), { mode: "official" }),
      )) {
        expect(value).toBeGreaterThanOrEqual(limits[0] - 1e-5);
        expect(value).toBeLessThanOrEqual(limits[1] + 1e-5);
      }
  });

  it("is the cross-entropy of the place of the largest prediction otherwise", () => {
    const [loss] = numbers(alignLoss(np.array([[1, 2, 4]]), np.array([[0, 9, 3]])));
    const z = Math.log(Math.exp(1) + Math.exp(2) + Math.exp(4));
    expect(loss).toBeCloseTo(z - 2, 5);
  });

  it("refuses a prediction of more numbers, and modes that are none", () => {
    expect(() => alignLoss(wave([2, 3]), wave([2, 4]))).toThrow(/^prediction/);
    expect(() => alignLoss(wave([2, 3]), wave([3, 3]))).toThrow(/^prediction/);
    expect(() => alignLoss(wave([2, 3]), wave([2, 3]), { mode: "both" as never })).toThrow(/^mode/);
  });
});

describe("the likeness of draws", () => {
  it("is what cosines exceed the threshold by, over all pairs", () => {
    const vectors = [
      [1, 0],
      [0.8, 0.6],
      [0, 1],
    ];
    const draws = () => np.array(vectors.map((v) => [[v, v]]));
    const [loss] = numbers(drawSimilarityLoss(draws(), { threshold: 0.5 }));
    expect(loss).toBeCloseTo((0.3 + 0.1) / 3, 5);
    expect(numbers(drawSimilarityLoss(draws(), { threshold: 0.9 }))[0]).toBe(0);
    expect(() => drawSimilarityLoss(wave([1, 2, 3, 4]))).toThrow(/^draws: expected at least two/);
    expect(() => drawSimilarityLoss(draws(), { threshold: 2 })).toThrow(/^threshold/);
  });

  it("has a gradient that makes them less alike", () => {
    const run = compiledValueAndGrad((x: np.Array) => drawSimilarityLoss(x, { threshold: 0 }).sum());
    const at = () => np.array([[[[1, 0.2]]], [[[1, 0.4]]]]);
    const [before, gradient] = run(at());
    const [after, rest] = run(at().sub(gradient.mul(0.5)));
    rest.dispose();
    expect(after.item()).toBeLessThan(before.item());
    run.dispose();
  });
});

it("leaves nothing behind", () => {
  const schedule = diffusionSchedule({ steps: 9, betaStart: 0.1, betaEnd: 0.2 });
  const t = () => times(3, 5);
  const leak = leakOf(() => {
    const zt = schedule.addNoise(wave([2, 3]), wave([2, 3], 2), t());
    const v = schedule.velocity(wave([2, 3]), wave([2, 3], 2), t());
    schedule.ddimStep(zt, v, { from: t(), to: times(-1, 2), prediction: "v" }).dispose();
    denoisingLoss(wave([2, 3]), wave([2, 3], 4), { weights: minSnrWeights(schedule.snr(t())) }).dispose();
    const text = tokenCrossEntropy(
      wave([2, 2, 3]),
      ids([
        [0, 1],
        [-100, 2],
      ]),
    );
    const align = alignLoss(wave([2, 4]), wave([2, 3])).mean();
    const diversity = drawSimilarityLoss(wave([2, 3, 2, 2])).mean();
    jointPromptLoss({ text, align, diversity }, { alignGamma: 1, diversityGamma: 1 }).dispose();
  });
  expect(leak).toBe(0);
});
