import { grad, jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { closeTo, numbers } from "../../numbers.fixture.ts";
import {
  binaryFocalLoss,
  binaryMargins,
  expHingeLoss,
  exponentialLoss,
  hinge,
  invHingeLoss,
  invLogHingeLoss,
  logHingeLoss,
  logisticLoss,
  marginLoss,
  squaredHinge,
} from "../index.ts";

const close = closeTo(3e-6);
const derivative = (phi: (z: np.Array) => np.Array, z: number[]): number[] =>
  numbers(jit(grad((m: np.Array) => phi(m).sum()))(np.array(z)));
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe("the margin losses", () => {
  const grid = [-1, 0, 1, 2];
  const tables: [string, (z: np.Array) => np.Array, number[], number[]][] = [
    ["logistic", logisticLoss, grid.map((z) => Math.log1p(Math.exp(-z))), grid.map((z) => -sigmoid(-z))],
    ["hinge", hinge, [2, 1, 0, 0], [-1, -1, 0, 0]],
    ["squared hinge", squaredHinge, [4, 1, 0, 0], [-4, -2, 0, 0]],
    ["exponential", exponentialLoss, grid.map((z) => Math.exp(-z)), grid.map((z) => -Math.exp(-z))],
    ["inverse hinge", invHingeLoss, [2, 1, 0, -0.5], [-1, -1, -1, -0.25]],
    [
      "inverse-log hinge",
      invLogHingeLoss,
      [2, 1, 0, Math.E / Math.log(Math.E + 1) - Math.E],
      [-1, -1, -1, -Math.E / ((Math.E + 1) * Math.log(Math.E + 1) ** 2)],
    ],
    ["log hinge", logHingeLoss, [2, 1, 0, -Math.LN2], [-1, -1, -1, -0.5]],
    ["exp hinge", expHingeLoss, [2, 1, 0, Math.exp(-1) - 1], [-1, -1, -1, -Math.exp(-1)]],
    [
      "focal",
      binaryFocalLoss,
      grid.map((z) => sigmoid(-z) ** 2 * Math.log1p(Math.exp(-z))),
      grid.map((z) => {
        const q = sigmoid(-z);
        return -(q ** 2) * (2 * (1 - q) * Math.log1p(Math.exp(-z)) + q);
      }),
    ],
  ];

  it.each(tables)("%s has its table of values and derivatives at -1, 0, 1, 2", (_, phi, values, slopes) => {
    close(numbers(phi(np.array(grid))), values);
    close(derivative(phi, grid), slopes);
  });

  it.each([invHingeLoss, invLogHingeLoss, logHingeLoss, expHingeLoss])("%o is the hinge up to 1", (phi) => {
    const near = [0.001, 0.25, 0.5, 0.999];
    close(
      numbers(phi(np.array(near))),
      near.map((z) => 1 - z),
    );
    close(derivative(phi, near), [-1, -1, -1, -1]);
  });

  it("have derivatives at 0 of -1/2 (logistic) and -1 (exponential, hinge): all are calibrated", () => {
    close(derivative(logisticLoss, [0, 3]).slice(0, 1), [-0.5]);
    close(derivative(exponentialLoss, [0, 3]).slice(0, 1), [-1]);
    close(derivative(hinge, [0, 3]).slice(0, 1), [-1]);
  });

  it("the exponential overflows to +Infinity with a large but finite derivative", () => {
    expect(numbers(exponentialLoss(np.array([-100, 1])))[0]).toBe(Infinity);
    const slope = derivative(exponentialLoss, [-100, 1])[0];
    expect(slope).toBeLessThan(-1e34);
    expect(Number.isFinite(slope)).toBe(true);
  });

  it("the log hinge alone falls without bound", () => {
    const far = [1e3, 1e6, 1e9];
    close(
      numbers(logHingeLoss(np.array(far))),
      far.map((z) => -Math.log(z)),
      1e-5,
    );
    for (const phi of [invHingeLoss, invLogHingeLoss, expHingeLoss])
      expect(Math.min(...numbers(phi(np.array(far))))).toBeGreaterThanOrEqual(-Math.E);
  });

  it("focal takes gamma as an input of a compiled function; 0 is the logistic loss", () => {
    const z = [-3, 0.2, 4];
    const compiled = jit((m: np.Array, gamma: np.Array) => binaryFocalLoss(m, { gamma }));
    close(numbers(compiled(np.array(z), np.array(0))), numbers(logisticLoss(np.array(z))));
    close(
      numbers(compiled(np.array(z), np.array(1.5))),
      numbers(binaryFocalLoss(np.array(z), { gamma: 1.5 })),
    );
    expect(() => binaryFocalLoss(np.array(z), { gamma: -1 })).toThrow(
      /^gamma: expected a finite number >= 0, got -1$/,
    );
  });

  it("take weights on margins as well", () => {
    const z = np.array([-1, Number.NaN, 0.5]);
    close(numbers(hinge(z, { weights: np.array([2, 0, 1]) })), [4, 0, 0.5]);
    expect(() => hinge(np.array([1, Number.NaN]))).toThrow("margins: expected numbers, got NaN");
    expect(() => hinge(np.array([[1, 2]]))).toThrow(/margins: expected a float array \[batch\]/);
  });
});

describe("binaryMargins", () => {
  const ids = (...y: number[]) => np.array(new Int32Array(y));

  it("is the score with the sign of the label", () => {
    close(numbers(binaryMargins(np.array([2, -3]), ids(1, 0))), [2, 3]);
    close(numbers(binaryMargins(np.array([[2], [-3]]), ids(0, 1))), [-2, -3]);
    close(
      numbers(
        binaryMargins(
          np.array([
            [1, 3],
            [4, 1],
          ]),
          ids(1, 1),
        ),
      ),
      [2, -3],
    );
  });

  it("gives rows of weight 0 margin 0, whatever they hold", () => {
    const z = binaryMargins(np.array([2, Number.NaN]), ids(1, 7), { weights: np.array([1, 0]) });
    close(numbers(z), [2, 0]);
  });

  it("refuses distributions, which have no single margin", () => {
    expect(() =>
      binaryMargins(
        np.array([2, -3]),
        np.array([
          [1, 0],
          [0, 1],
        ]),
      ),
    ).toThrow(/^labels: expected int32\[batch\] class ids, 0 or 1 \(marginLoss takes distributions\)/);
    expect(() => binaryMargins(np.array([[1, 2, 3]]), ids(0))).toThrow(
      /^scores: expected a float array \[batch\], \[batch, 1\], or logits \[batch, 2\]/,
    );
  });
});

describe("marginLoss", () => {
  it("takes the expectation over distributions without touching classes that have no mass", () => {
    const scores = () => np.array([200, -3]);
    const q = () =>
      np.array([
        [0, 1],
        [0.5, 0.5],
      ]);
    const expected = [Math.exp(-200), (Math.exp(3) + Math.exp(-3)) / 2];
    close(numbers(marginLoss(scores(), q(), exponentialLoss)), expected);
    const slope = jit(grad((f: np.Array, y: np.Array) => marginLoss(f, y, exponentialLoss).sum()));
    close(numbers(slope(scores(), q())), [0, (Math.exp(-3) - Math.exp(3)) / 2], 1e-5);
  });
});
