import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  drawSigns,
  expectedKlBound,
  expectedSquareLoss,
  onlineNetwork,
  type PerturbedPoint,
  packSigns,
  perturbedKlLoss,
  perturbedOutputs,
  perturbedSquareLoss,
  projectBall,
  type ValueAndGradient,
} from "../../index.ts";
import { randomStream } from "../random-stream.ts";

const normals = (n: number, seed: number, scale = 1): Float64Array => {
  const random = randomStream(seed);
  return Float64Array.from({ length: n }, () => scale * random.normal());
};
const network = onlineNetwork({ dim: 3, hidden: [5, 4], activation: "softplus", slots: 2 });
const theta0 = network.init(4);
const x = normals(3, 1);

function pointAt(theta: Float64Array, { slot = 1, scale = 0.3 } = {}): PerturbedPoint {
  const gradient = new Float64Array(network.size);
  const output = network.forward(theta, slot, x);
  network.backward(theta, slot, x, 1, gradient);
  return { output, gradient, theta, theta0, scale };
}
const moved = theta0.map((t, i) => t + normals(network.size, 2, 0.5)[i]);
const signs = drawSigns(11, network.size, 5);

/** Central differences of a loss in theta against its gradient. */
function checkGradient(loss: (point: PerturbedPoint) => ValueAndGradient): void {
  const { gradient } = loss(pointAt(moved));
  const h = 1e-5;
  for (let i = 0; i < network.size; i++) {
    const at = (delta: number): number => {
      const theta = moved.slice();
      theta[i] += delta;
      return loss(pointAt(theta)).value;
    };
    expect(gradient[i], `parameter ${i}`).toBeCloseTo((at(h) - at(-h)) / (2 * h), 6);
  }
}

describe("the network", () => {
  it.each(["relu", "softplus", "gelu", "tanh"] as const)(
    "%s: its gradient is that of finite differences",
    (activation) => {
      for (const scaled of [false, true]) {
        const net = onlineNetwork({ dim: 3, hidden: [6, 5, 4], activation, slots: 2, scaled });
        const theta = net.init(3);
        const gradient = new Float64Array(net.size);
        net.forward(theta, 1, x);
        net.backward(theta, 1, x, 2, gradient);
        for (let i = 0; i < net.size; i++) {
          const h = 1e-6;
          const at = (delta: number): number => {
            const other = theta.slice();
            other[i] += delta;
            return net.forward(other, 1, x);
          };
          expect(gradient[i]).toBeCloseTo((at(h) - at(-h)) / h, 6);
        }
      }
    },
  );

  it("finds weighted sums of squares of its gradient", () => {
    for (const scaled of [false, true]) {
      const net = onlineNetwork({ dim: 3, hidden: [6, 5], activation: "gelu", slots: 2, scaled });
      const theta = net.init(3);
      const weights = normals(net.size, 8).map(Math.abs);
      const gradient = new Float64Array(net.size);
      net.forward(theta, 1, x);
      net.backward(theta, 1, x, 1, gradient);
      const expected = gradient.reduce((s, g, i) => s + g * g * weights[i], 0);
      expect(net.squaredGradient(theta, 1, x, weights)).toBeCloseTo(expected, 12);
    }
  });

  it("is linear without hidden layers, and starts at 0", () => {
    const linear = onlineNetwork({ dim: 3, hidden: [], slots: 2 });
    expect(linear.size).toBe(6);
    expect([...linear.init(1)]).toEqual([0, 0, 0, 0, 0, 0]);
    const theta = Float64Array.of(9, 9, 9, 1, 2, 3);
    expect(linear.forward(theta, 1, Float64Array.of(1, 10, 100))).toBe(321);
    const gradient = new Float64Array(6);
    linear.backward(theta, 1, x, 2, gradient);
    expect([...gradient]).toEqual([0, 0, 0, ...x.map((v) => 2 * v)]);
  });

  it("reaches only the weights of its slot", () => {
    const gradient = new Float64Array(network.size);
    network.forward(theta0, 1, x);
    network.backward(theta0, 1, x, 1, gradient);
    const inside = network.reach(1).map(({ offset, length }) => gradient.slice(offset, offset + length));
    expect(inside.flatMap((g) => [...g]).filter((g) => g !== 0).length).toBe(
      gradient.filter((g) => g !== 0).length,
    );
    expect(gradient.slice(0, 15).every((g) => g === 0)).toBe(true);
  });

  it("refuses sizes below 1 and unknown activations", () => {
    expect(() => onlineNetwork({ dim: 0 })).toThrow("dim: expected an integer >= 1, got 0");
    expect(() => onlineNetwork({ dim: 2, hidden: [3, 0] })).toThrow("hidden[1]: expected");
    expect(() => onlineNetwork({ dim: 2, activation: "sine" as never })).toThrow(
      "activation: expected one of",
    );
  });
});

describe("perturbed outputs and losses", () => {
  it("are those of the network itself at the start", () => {
    const point = pointAt(theta0);
    for (const s of perturbedOutputs(point, signs)) expect(s).toBe(point.output);
    const { value, gradient } = perturbedSquareLoss(point, signs, 0.7);
    expect(value).toBeCloseTo((point.output - 0.7) ** 2 / 2, 12);
    // Signs of the vectors, unpacked by what they do to a unit vector.
    const mean = Float64Array.from({ length: network.size }, (_, i) => {
      const theta = theta0.slice();
      theta[i] += 1;
      const s = perturbedOutputs({ ...point, theta, scale: 1 }, signs);
      return s.reduce((sum, v) => sum + v - point.output, 0) / signs.samples;
    });
    for (let i = 0; i < network.size; i++)
      expect(gradient[i]).toBeCloseTo((point.output - 0.7) * (point.gradient[i] + 0.3 * mean[i]), 9);
  });

  it("have the gradients of finite differences", () => {
    checkGradient((point) => perturbedSquareLoss(point, signs, 0.3));
    checkGradient((point) => perturbedKlLoss(point, signs, 0.3));
    checkGradient((point) => expectedSquareLoss(point, 0.3));
    checkGradient((point) => expectedKlBound(point, 0.3));
  });

  it("kl: at least 0, and 0 where all predictions are y", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: -800, max: 800, noNaN: true }),
        (y, output) => {
          const { value } = perturbedKlLoss({ ...pointAt(moved), output }, signs, y);
          expect(value).toBeGreaterThanOrEqual(0);
          expect(Number.isFinite(value)).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
    const start = pointAt(theta0);
    const y = 1 / (1 + Math.exp(-start.output));
    expect(perturbedKlLoss(start, signs, y).value).toBeLessThan(1e-15);
  });

  it("the mean over signs is the expected loss: exactly for orthogonal signs, by Monte Carlo for drawn ones", () => {
    // A Hadamard matrix without its constant row and a point where f's gradient plays no part.
    const p = 8;
    const hadamard = Array.from({ length: p }, (_, i) =>
      Array.from({ length: p }, (_, j) => (bits(i & j) % 2 === 0 ? 1 : -1)),
    );
    const both = packSigns([...hadamard, ...hadamard.map((row) => row.map((s) => -s))]);
    const theta = normals(p, 6);
    const point = { output: 0.4, gradient: normals(p, 7), theta, theta0: normals(p, 8), scale: 0.6 };
    const exact = expectedSquareLoss(point, 0.9);
    const averaged = perturbedSquareLoss(point, both, 0.9);
    expect(averaged.value).toBeCloseTo(exact.value, 12);
    for (let i = 0; i < p; i++) expect(averaged.gradient[i]).toBeCloseTo(exact.gradient[i], 12);

    const sampled = perturbedSquareLoss(point, drawSigns(40_000, p, 3), 0.9);
    expect(sampled.value / exact.value).toBeCloseTo(1, 1);
    const kl = perturbedKlLoss(point, drawSigns(40_000, p, 3), 0.9).value;
    expect(kl).toBeLessThan(expectedKlBound(point, 0.9).value);
    expect(kl).toBeGreaterThan(expectedKlBound({ ...point, scale: 0 }, 0.9).value);
  });

  it("refuse what doesn't fit", () => {
    const point = pointAt(moved);
    expect(() => perturbedKlLoss(point, signs, 1.1)).toThrow(
      "y: expected a finite number >= 0 and <= 1, got 1.1",
    );
    expect(() => perturbedSquareLoss(point, signs, Number.NaN)).toThrow(
      "y: expected a finite number, got NaN",
    );
    expect(() => perturbedOutputs({ ...point, theta: [1] }, signs)).toThrow("theta: expected");
    expect(() => packSigns([[1, 0]])).toThrow("signs: expected -1 or 1, got 0");
    expect(() => packSigns([[1, 1], [1]])).toThrow("signs: expected vectors of 2 signs");
  });
});

describe("the projection", () => {
  const layers = [
    { offset: 0, length: 4 },
    { offset: 4, length: 3 },
  ];
  const start = normals(7, 1);

  it("keeps what is inside, and takes the rest to the ball once and for all", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999 }),
        fc.double({ min: 0.01, max: 4, noNaN: true }),
        fc.double({ min: 0.01, max: 4, noNaN: true }),
        (seed, rho, rho1) => {
          const theta = normals(7, seed);
          const before = theta.slice();
          projectBall(theta, start, layers, [rho, rho1]);
          for (const [l, { offset, length }] of layers.entries()) {
            const norm = (of: Float64Array): number =>
              Math.hypot(...of.slice(offset, offset + length).map((t, i) => t - start[offset + i]));
            const radius = [rho, rho1][l];
            expect(norm(theta)).toBeLessThanOrEqual(radius * (1 + 1e-12));
            if (norm(before) <= radius)
              expect(theta.slice(offset, offset + length)).toEqual(before.slice(offset, offset + length));
          }
          const once = theta.slice();
          projectBall(theta, start, layers, [rho, rho1]);
          for (let i = 0; i < 7; i++) expect(theta[i]).toBeCloseTo(once[i], 12);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("refuses a radius that is none", () => {
    expect(() => projectBall(start.slice(), start, layers, [1])).toThrow(
      "radii: expected one for each of 2 layers",
    );
    expect(() => projectBall(start.slice(), start, layers, [1, Number.NaN])).toThrow("radii[1]: expected");
  });
});

function bits(n: number): number {
  return n.toString(2).replaceAll("0", "").length;
}
