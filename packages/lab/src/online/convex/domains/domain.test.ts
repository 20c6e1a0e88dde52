import fc from "fast-check";
import { randomSource } from "minimand/engine";
import { times } from "minimand/internals";
import { describe, expect, it } from "vitest";
import { inner, plusScaled } from "../../vectors.ts";
import { optimisticOmd } from "../learners/optimistic-omd.ts";
import { domains } from "../learners.fixture.ts";
import { ballDomain } from "./ball-domain.ts";
import { boxDomain } from "./box-domain.ts";
import { customDomain } from "./custom-domain.ts";
import type { Domain } from "./domain.ts";
import { l1Domain, simplexDomain } from "./simplex-domain.ts";

const seeds = fc.nat();

/** A point well outside, and a positive definite matrix whose eigenvalues differ by a factor of up to 1000. */
function drawn(seed: number, n: number): { y: Float64Array; h: Float64Array; next: () => number } {
  const next = randomSource(seed);
  const y = Float64Array.from({ length: n }, () => 8 * (next() - 0.5));
  const h = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    const v = Float64Array.from({ length: n }, () => next() - 0.5);
    const size = 10 ** (3 * next() - 2);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) h[i * n + j] += size * v[i] * v[j];
  }
  for (let i = 0; i < n; i++) h[i * n + i] += 0.01;
  return { y, h, next };
}

/** Projection onto X in the norm of H: `<H (x - y), u - x> >= 0` for every u in X. */
function expectNearest(
  domain: Domain,
  y: Float64Array,
  h: Float64Array,
  x: Float64Array,
  next: () => number,
) {
  const n = y.length;
  const slope = times(h, n, plusScaled(x, -1, y));
  const scale = Math.sqrt(inner(slope, slope));
  const others = [domain.project(slope.map((v) => -1e6 * v))];
  for (let k = 0; k < 20; k++) others.push(domain.project(x.map((v) => v + 2 * (next() - 0.5))));
  for (const u of others) expect(inner(slope, plusScaled(u, -1, x))).toBeGreaterThan(-1e-7 * (1 + scale));
}

describe.each(domains)("the %s", (_, domain) => {
  const identity = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

  it("projects to the nearest of its points", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { y, next } = drawn(seed, 3);
        const x = domain.project(y);
        expectNearest(domain, y, identity, x, next);
        domain.project(x).forEach((v, i) => {
          expect(v).toBeCloseTo(x[i], 12);
        });
      }),
      { numRuns: 40 },
    );
  });

  it("projects to the nearest of its points in the norm of a matrix", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { y, h, next } = drawn(seed, 3);
        expectNearest(domain, y, h, domain.projectInNorm(y, h), next);
      }),
      { numRuns: 25 },
    );
  });

  it("projects in the norm of a multiple of the identity as without", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { y } = drawn(seed, 3);
        const x = domain.projectInNorm(
          y,
          identity.map((v) => 7 * v),
        );
        domain.project(y).forEach((v, i) => {
          expect(x[i]).toBeCloseTo(v, 10);
        });
      }),
      { numRuns: 20 },
    );
  });

  it("is as wide as it says, leaves its points and its arguments as they are", () => {
    const y = Float64Array.of(3, -2, 5);
    domain.project(y);
    domain.projectInNorm(y, identity);
    expect([...y]).toEqual([3, -2, 5]);
    const next = randomSource(1);
    for (let k = 0; k < 200; k++) {
      const point = () => domain.project(Float64Array.from({ length: 3 }, () => 20 * (next() - 0.5)));
      const [a, b] = [point(), point()];
      expect(Math.hypot(...plusScaled(a, -1, b))).toBeLessThanOrEqual(domain.diameter + 1e-9);
    }
    const x = domain.project(y);
    expect([...domain.project(x)].map((v, i) => Math.abs(v - x[i])).every((d) => d < 1e-12)).toBe(true);
    expect([...domain.project(domain.center)]).toEqual([...domain.center]);
  });
});

describe("projections", () => {
  it("are the ones of the textbooks", () => {
    const of = (domain: Domain, ...y: number[]) => [...domain.project(Float64Array.from(y))];
    expect(of(simplexDomain(3), 0.5, 0.5, 2)).toEqual([0, 0, 1]);
    expect(of(ballDomain(3, 2), 3, 0, 4).map((v) => Math.round(v * 1e12) / 1e12)).toEqual([1.2, 0, 1.6]);
    expect(of(boxDomain(2, 0, [1, 5]), -1, 3)).toEqual([0, 3]);
    expect(of(l1Domain(2, 1), 2, 1)).toEqual([1, 0]);
    expect(of(l1Domain(2, 1), -0.3, 0.3)).toEqual([-0.3, 0.3]);
  });

  it("onto the simplex don't see a shift of all coordinates", () => {
    fc.assert(
      fc.property(seeds, fc.double({ min: -50, max: 50, noNaN: true }), (seed, shift) => {
        const { y } = drawn(seed, 6);
        const [a, b] = [y, y.map((v) => v + shift)].map((v) => simplexDomain(6).project(v));
        a.forEach((v, i) => {
          expect(b[i]).toBeCloseTo(v, 10);
        });
      }),
    );
  });

  it("in the norm of a matrix are exact in ten coordinates too: on a face, the equations hold to rounding", () => {
    for (const domain of [
      boxDomain(10, -0.5, 0.7),
      simplexDomain(10),
      l1Domain(10, 1.5),
      ballDomain(10, 1),
    ]) {
      for (let seed = 0; seed < 10; seed++) {
        const { y, h, next } = drawn(seed, 10);
        const x = domain.projectInNorm(y, h);
        expectNearest(domain, y, h, x, next);
        const slope = times(h, 10, plusScaled(x, -1, y));
        if (domain.kind === "box") {
          const free = [...x.keys()].filter((i) => x[i] > -0.5 && x[i] < 0.7);
          for (const i of free) expect(Math.abs(slope[i])).toBeLessThan(1e-10);
        } else if (domain.kind === "simplex") {
          const free = [...x.keys()].filter((i) => x[i] > 0).map((i) => slope[i]);
          expect(Math.max(...free) - Math.min(...free)).toBeLessThan(1e-10);
        }
      }
    }
  });

  it("of one's own are checked", () => {
    const broken = customDomain({
      dimension: 2,
      diameter: 1,
      project: (y) => (y[0] > 5 ? [Number.NaN, 0] : y),
    });
    expect(() => broken.project(Float64Array.of(6, 0))).toThrow(
      /^project's result\[0\]: expected a finite number, got NaN$/,
    );
    const learner = optimisticOmd({ domain: broken, G: 100 });
    learner.predict();
    const before = learner.snapshot();
    expect(() => learner.update([-90, 0])).not.toThrow();
    learner.restore(before);
    const wrong = customDomain({ dimension: 2, diameter: 1, project: (y) => (y[0] < 0 ? [0] : y) });
    const other = optimisticOmd({ domain: wrong, G: 100 });
    other.predict();
    const kept = other.snapshot();
    expect(() => other.update([90, 0])).toThrow(/^project's result(\[\d\])?: expected/);
    expect(other.snapshot()).toEqual(kept);
  });
});

describe("domains", () => {
  const refused: [string, () => unknown, string][] = [
    ["a ball without radius", () => ballDomain(2, 0), "radius: expected a finite number > 0, got 0"],
    ["a center of another length", () => ballDomain(2, 1, [1]), "center: expected an array of 2 numbers"],
    [
      "an empty box",
      () => boxDomain(2, 0, [1, -1]),
      "upper: expected numbers not below those of lower (0), got -1",
    ],
    ["a box of one point", () => boxDomain(2, 1, 1), "upper: expected a number above that of lower, got 1"],
    ["a box with NaN", () => boxDomain(2, Number.NaN, 1), "lower[0]: expected a finite number, got NaN"],
    ["a simplex of one point", () => simplexDomain(1), "dimension: expected an integer >= 2, got 1"],
    ["an l1-ball without radius", () => l1Domain(2, -1), "radius: expected a finite number > 0, got -1"],
    ["half a dimension", () => l1Domain(1.5, 1), "dimension: expected an integer >= 1, got 1.5"],
    [
      "a set without diameter",
      () => customDomain({ dimension: 1, diameter: 0, project: (y) => y }),
      "diameter: expected a finite number > 0, got 0",
    ],
    [
      "a start outside",
      () => optimisticOmd({ domain: ballDomain(2, 1), G: 1, x0: [2, 0] }),
      "x0: expected a point of the domain, distance 0, got 1",
    ],
    ["no domain", () => optimisticOmd({ domain: {} as never, G: 1 }), "domain: expected a domain"],
  ];
  it.each(refused)("%s is refused", (_, call, message) => {
    expect(call).toThrow(message);
  });
});
