import { numpy as np } from "@jax-js/jax";
import * as fc from "fast-check";
import { compiledValueAndGrad, differentiate, softplus } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { worstCase } from "../theory/index.ts";
import { worstCaseKinds as kinds } from "../theory/worst-case.fixture.ts";
import { type LinearRobustOptions, linearRobustLoss, linearRss, linearSelfRobustLoss } from "./index.ts";
import { innerMaximise } from "./inner-maximise.ts";

/* Float64 on the cpu device: closed forms against the host's, gradients against finite differences. */

type Params = { w: np.Array; b: np.Array };
const features = 3;
const rows = 5;
const x = Float64Array.from({ length: rows * features }, (_, i) => 1.4 * Math.sin(12.9898 * i + 0.5));
const signs = Float64Array.of(1, -1, -1, 1, 1);
const X = () => np.array(x, { shape: [rows, features] });
const Y = () => np.array(signs);
const paramsOf = (v: readonly number[]): Params => ({
  w: np.array(Float64Array.from(v.slice(0, features))),
  b: np.array(Float64Array.of(v[features])).reshape([]),
});
const vectors = fc
  .array(fc.double({ min: -1.5, max: 1.5, noNaN: true }), { minLength: 4, maxLength: 4 })
  .filter((v) => Math.hypot(v[0], v[1], v[2]) > 0.2);
const norm = (v: readonly number[]): number => Math.hypot(...v.slice(0, features));
const scores = (v: readonly number[]): number[] =>
  Array.from({ length: rows }, (_, i) =>
    v.slice(0, features).reduce((sum, w, j) => sum + w * x[i * features + j], v[features]),
  );

type Kind = Pick<LinearRobustOptions, "loss" | "cost">;
const enough = ({ loss, cost }: Kind, a: number): number =>
  loss === "squared" ? 2 * a * a + 0.7 : loss !== "zeroOne" && cost === "l2" ? a + 0.2 : 0.7;

describe.each(kinds.map((k) => [`${k.loss}, ${k.cost}`, k] as const))("linearRobustLoss, %s", (_, kind) => {
  it("has the closed form of each example, labelled and unlabelled", () => {
    const check = fc.property(vectors, (v) => {
      const gamma = enough(kind, norm(v));
      const at = (margin: number) => worstCase(margin, norm(v), { ...kind, gamma }).value;
      const values = linearRobustLoss(paramsOf(v), X(), Y(), { ...kind, gamma }).js() as number[];
      scores(v).forEach((f, i) => {
        expect(values[i]).toBeCloseTo(at(kind.loss === "squared" ? signs[i] - f : signs[i] * f), 8);
      });
      if (kind.loss === "squared") return;
      const own = linearSelfRobustLoss(paramsOf(v), X(), { ...kind, gamma }).js() as number[];
      scores(v).forEach((f, i) => {
        expect(own[i]).toBeCloseTo(at(Math.abs(f)), 8);
      });
    });
    fc.assert(check, { numRuns: kind.loss === "logistic" ? 4 : 15 });
  });

  it("has the gradient of finite differences, compiled and eager", () => {
    const v = [0.6, -0.9, 0.4, 0.15];
    const gamma = enough(kind, norm(v));
    const loss = (p: Params) => np.mean(linearRobustLoss(p, X(), Y(), { ...kind, gamma }));
    const compiled = compiledValueAndGrad(loss);
    const eager = differentiate<Params, [], []>((p) => [loss(p), []]);
    const read = ({ w, b }: Params): number[] => [...(w.js() as number[]), b.item()];
    const [value, gradient] = compiled(paramsOf(v));
    value.dispose();
    const expected = read(gradient);
    const [[again], other] = eager(1, paramsOf(v));
    again.dispose();
    read(other).forEach((g, i) => {
      expect(g / expected[i]).toBeCloseTo(1, 12);
    });
    expected.forEach((g, i) => {
      const h = 1e-6;
      const at = (d: number) => loss(paramsOf(v.with(i, v[i] + d))).item();
      expect(g).toBeCloseTo((at(h) - at(-h)) / (2 * h), 6);
    });
    compiled.dispose();
  });
});

describe("linearRss", () => {
  const u = Float64Array.from({ length: 18 }, (_, i) => 1.1 * Math.cos(5 * i + 0.3));
  const data = () => ({ x: X(), y: Y(), u: np.array(u, { shape: [6, features] }) });
  const options = { gamma: 0.9, gammaPrime: 0.5, lambda: 2 } as const;

  it("is robust training with lambda 0, and plain training with gamma infinite as well", () => {
    const v = [0.6, -0.9, 0.4, 0.15];
    for (const kind of [{ loss: "zeroOne" }, { loss: "hinge" }, { loss: "logistic" }] as const) {
      const value = (gamma: number) =>
        linearRss(paramsOf(v), data(), { ...kind, ...options, gamma, lambda: 0 }).value.item();
      const robust = np.mean(linearRobustLoss(paramsOf(v), X(), Y(), { ...kind, gamma: 0.9 })).item();
      expect(value(0.9)).toBeCloseTo(robust, 12);
      const margins = scores(v).map((f, i) => signs[i] * f);
      const plain = {
        zeroOne: (m: number) => Number(m <= 0),
        hinge: (m: number) => Math.max(0, 1 - m),
        logistic: (m: number) => Math.log1p(Math.exp(-m)),
      };
      const erm = margins.reduce((sum, m) => sum + plain[kind.loss](m) / rows, 0);
      expect(value(Infinity)).toBeCloseTo(erm, 12);
    }
  });

  it("with the zero-one loss and cost l2 doesn't depend on the scale, and its unlabelled term not on the sign", () => {
    const check = fc.property(vectors, fc.double({ min: 0.1, max: 9, noNaN: true }), (v, scale) => {
      const terms = (p: readonly number[]) => {
        const { value, labeled, unlabeled } = linearRss(paramsOf(p), data(), { loss: "zeroOne", ...options });
        value.dispose();
        return { labeled: labeled.item(), unlabeled: unlabeled.item() };
      };
      const own = terms(v);
      const scaled = terms(v.map((p) => p * scale));
      expect(scaled.labeled).toBeCloseTo(own.labeled, 10);
      expect(scaled.unlabeled).toBeCloseTo(own.unlabeled, 10);
      expect(terms(v.map((p) => -p)).unlabeled).toBeCloseTo(own.unlabeled, 10);
    });
    fc.assert(check, { numRuns: 10 });
  });

  it("punishes a boundary with all rows on one side where asked to", () => {
    const far = [0.1, 0.1, 0.1, 5];
    const unlabeled = (balancePenalty: number) => {
      const parts = linearRss(paramsOf(far), data(), { loss: "zeroOne", ...options, balancePenalty });
      parts.value.dispose();
      parts.labeled.dispose();
      return parts.unlabeled.item();
    };
    expect(unlabeled(0)).toBe(0);
    expect(unlabeled(1)).toBeGreaterThan(0.9);
  });

  it("takes another loss for the labelled part", () => {
    const v = [0.6, -0.9, 0.4, 0.15];
    const losses = linearRss(paramsOf(v), data(), { loss: "zeroOne", labeledLoss: "hinge", ...options });
    losses.value.dispose();
    losses.unlabeled.dispose();
    const hinge = np.mean(linearRobustLoss(paramsOf(v), X(), Y(), { loss: "hinge", gamma: 0.9 })).item();
    expect(losses.labeled.item()).toBeCloseTo(hinge, 12);
  });
});

describe("innerMaximise", () => {
  const v = [0.6, -0.9, 0.4, 0.15];
  type Context = Params & { y: np.Array };
  const context = (): Context => ({ ...paramsOf(v), y: Y() });
  const logistic = (z: np.Array, { w, b, y }: Context) => softplus(np.matmul(z, w).add(b).mul(y).neg());

  it("approaches the closed form of the logistic loss, faster with a larger gamma", () => {
    // The loss is a^2 / 4 smooth.
    const smooth = norm(v) ** 2 / 4;
    const errorOf = (gamma: number, steps: number): number => {
      const ascend = innerMaximise(logistic, { steps });
      const z = ascend(X(), context(), { gamma, stepSize: 1 / (gamma + smooth) }).js() as number[][];
      ascend.dispose();
      const worst = scores(v).map(
        (f, i) => worstCase(signs[i] * f, norm(v), { loss: "logistic", gamma }).distance,
      );
      return Math.max(
        ...z.map((row, i) => Math.abs(Math.hypot(...row.map((c, j) => c - x[i * features + j])) - worst[i])),
      );
    };
    for (const gamma of [0.5, 1, 3]) {
      const first = errorOf(gamma, 0);
      const rate = 1 - (gamma - smooth) / (gamma + smooth);
      for (const steps of [3, 10]) expect(errorOf(gamma, steps)).toBeLessThan(first * rate ** steps + 1e-12);
    }
    expect(errorOf(3, 20)).toBeLessThan(errorOf(1, 20));
    expect(errorOf(1, 100)).toBeLessThan(1e-12);
  });

  it("with cost l2 leaves inputs where they are if gamma is at least the slope, and moves them if not", () => {
    const ascend = innerMaximise(logistic, { steps: 20, cost: "l2" });
    const moved = (gamma: number) => {
      const z = ascend(X(), context(), { gamma, stepSize: 0.3 });
      return Math.max(...(np.abs(z.sub(X())).reshape([-1]).js() as number[]));
    };
    expect(moved(norm(v))).toBeLessThan(1e-12);
    expect(moved(norm(v) / 4)).toBeGreaterThan(0.1);
    ascend.dispose();
  });

  it("refuses what makes no sense", () => {
    expect(() => innerMaximise(logistic, { steps: -1 })).toThrow("steps: expected an integer >= 0, got -1");
    expect(() => innerMaximise(logistic, { cost: "l1" as never })).toThrow(/^cost: expected one of/);
    const ascend = innerMaximise(logistic, { steps: 1 });
    expect(() => ascend(X(), context(), { gamma: 0 })).toThrow("gamma: expected a finite number > 0, got 0");
    expect(() => ascend(X(), context(), { gamma: 1, stepSize: Number.NaN })).toThrow("stepSize");
    ascend.dispose();
  });
});
