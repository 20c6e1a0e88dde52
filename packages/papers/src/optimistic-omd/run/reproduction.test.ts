import { describe, expect, it } from "vitest";
import { bundledHost, madeUpImages, quickRun, quickTune, testVerdicts } from "../../kit/test-host.fixture.ts";
import { columnsAtEnds } from "../../kit/tune-grid.ts";
import type { TrialHost } from "../../reproduction.ts";
import tuned from "../tuned.json" with { type: "json" };
import { quadraticProblem, squaresProblem } from "./problems.ts";
import { reproduction } from "./reproduction.ts";
import { grid, scales, studies } from "./settings.ts";
import { streamOrders, streamProblem } from "./streams.ts";
import { type Evidence, growth, judge } from "./verdict.ts";

const host: TrialHost = {
  ...bundledHost,
  images: async () =>
    madeUpImages({ count: 60, height: 2, width: 2 }, (row, place) => (37 * (4 * row + place)) % 256),
};

describe("the reproduction of optimistic mirror descent", () => {
  it("runs at its quick scale and reports rows, curves with bands and a verdict", async () => {
    const { rows, series, because } = await quickRun(reproduction, { host });
    const measured = rows.filter((row) => "study" in row);
    for (const row of measured) {
      expect(Number.isFinite(row.regret)).toBe(true);
      expect(Number.isFinite(row["cumulative loss"])).toBe(true);
    }
    expect(new Set(measured.map((row) => row.study)).size).toBe(studies("quick").length);
    expect(rows.filter((row) => "growth of regret" in row).length).toBeGreaterThan(20);
    expect(series.every(({ x }) => x.every(Number.isFinite))).toBe(true);
    expect(because).toMatch(/Every run kept its bound\./);
  });

  it("tunes every arm by the same grid, on problems of its own", async () => {
    const { rows, choices } = await quickTune(reproduction, { host });
    const tuned = studies("quick").filter((study) => study.tuned);
    expect(Object.keys(choices)).toEqual(tuned.map(({ name }) => name));
    for (const row of rows) {
      const own = grid.map((scale) => Number(row[`${scale} x`]));
      const id = { OOMD: "oomd", OGD: "ogd", OFTRL: "oftrl", ensemble: "ensemble" }[String(row.arm)];
      const chosen = Number(choices[String(row.study)][String(id)]);
      expect(own[grid.indexOf(chosen)]).toBe(Math.min(...own));
    }
  });
});

describe("the choices of tuning", () => {
  it("lie inside of the grid", () => {
    for (const [name, choice] of Object.entries(tuned.choices))
      for (const scale of Object.values(choice)) {
        expect(grid).toContain(scale);
        const points = grid.map((own) => ({ scale: own }));
        expect(columnsAtEnds(points, { scale }), name).toEqual([]);
      }
  });
});

describe("the problems", () => {
  it("have their best points where they say, and gradients with the noise they say", () => {
    const spec = { rounds: 3000, sigma: 0.7, switches: 3, lambda: 0.5, seed: 5 };
    const problem = quadraticProblem(spec);
    expect(problem.sea.sigma2).toBeCloseTo(3000 * 0.49, 6);
    let noise = 0;
    let longest = 0;
    for (let t = 0; t < 3000; t++) {
      const u = problem.best(t);
      expect(Math.hypot(...u)).toBeCloseTo(1, 9);
      const loss = problem.expected(t);
      // Outwards from the ball, so that u is the minimum on it.
      expect(loss.gradient(u)[0]).toBeCloseTo(-0.5 * u[0], 9);
      const g = problem.gradient(t, u);
      longest = Math.max(longest, Math.hypot(...g));
      noise += g.reduce((sum, v, i) => sum + (v + 0.5 * u[i]) ** 2, 0);
    }
    expect(noise / 3000).toBeCloseTo(0.49, 1);
    expect(longest).toBeLessThanOrEqual(problem.G);
    expect(problem.best(749)).toEqual(problem.best(0));
    expect(problem.best(751)).not.toEqual(problem.best(0));
  });

  it("of squared errors have gradients within G, and their mean as expected loss", () => {
    const problem = squaresProblem({ rounds: 4000, sigma: 0.3, seed: 2 });
    const x = problem.fixed;
    const mean = new Float64Array(10);
    for (let t = 0; t < 4000; t++)
      problem.gradient(t, x).forEach((v, i) => {
        mean[i] += v / 4000;
      });
    problem.expected(0).gradient(x);
    Float64Array.from(problem.expected(0).gradient(x)).forEach((v, i) => {
      expect(mean[i]).toBeCloseTo(v, 1);
    });
  });

  it("of real rows come shuffled, in blocks or with flipped labels; rows have length 1", async () => {
    const [plain, blocks, dirty] = await Promise.all(
      streamOrders.map((order) =>
        streamProblem({ data: "breast_cancer_wdbc", order, seed: 1, rows: 569 }, host),
      ),
    );
    expect(plain.fixed).toBe(blocks.fixed);
    expect(dirty.fixed).not.toBe(plain.fixed);
    const zero = new Float64Array(plain.domain.dimension);
    for (let t = 0; t < 569; t++) {
      expect(Math.hypot(...plain.gradient(t, zero))).toBeCloseTo(0.5, 9);
    }
    const steps = (p: typeof plain) => {
      let sum = 0;
      for (let t = 1; t < 569; t++)
        sum += Math.hypot(...p.gradient(t, zero).map((v, i) => v - p.gradient(t - 1, zero)[i]));
      return sum;
    };
    expect(steps(blocks)).toBeLessThan(0.98 * steps(plain));
  });
});

describe("the verdict", () => {
  const orders = [4, 64].map((switches) => ({ switches, theory: 9, tuned: 8, seeds: 10 }));
  const good: Evidence = {
    rounds: [250, 1000, 4000],
    expConcaveRounds: [250, 1000, 4000],
    convexQuiet: [1, 1, 1.01],
    convexNoisy: [10, 20, 40],
    sigmas: [0.3, 1, 3],
    convexBySigma: [3, 10, 30],
    strongQuiet: [1, 1, 1],
    strongNoisy: [10, 15, 20],
    expConcave: [10, 15, 21],
    orders,
    broken: 0,
    brokenLinear: 0,
    brokenLinearBy: [],
  };

  testVerdicts((changes: Partial<Evidence>) => judge({ ...good, ...changes }).verdict, {
    "is reproduced where all parts hold": [{}],
    "is partly reproduced where the theorems hold and others do not": [
      { expConcave: [10, 15, 22] },
      { orders: orders.map((o) => ({ ...o, theory: 7 })) },
      { orders: orders.map((o, i) => ({ ...o, tuned: i === 0 ? 10 : 7 })) },
    ],
    "is not reproduced where a theorem or a bound does not hold": [
      { broken: 1 },
      { convexQuiet: [1, 1, 1.06] },
      { convexNoisy: [10, 30, 80] },
      { convexBySigma: [3, 10, 60] },
      { strongNoisy: [10, 15, 22] },
      { strongQuiet: [1, 1.1, 1.2] },
      { convexNoisy: [10, Number.NaN, 40] },
    ],
  });

  it("tells what the bound on the linear regret, the first form, would have decided, and is not changed by it", () => {
    expect(judge(good).because).toContain("So did the linear regret");
    const over = judge({ ...good, brokenLinear: 3, brokenLinearBy: ["OOMD"] });
    expect(over.verdict).toBe("reproduced");
    expect(over.because).toMatch(/in 3 runs \(OOMD\): by that the verdict would be not reproduced\.$/);
  });

  it("looks at longer runs at the full scale", () => {
    const of = (scale: "default" | "full", name: string) => {
      const problem = studies(scale)
        .find((study) => study.name === name)!
        .problem(0);
      return "rounds" in problem ? problem.rounds : 0;
    };
    for (const scale of ["default", "full"] as const) {
      const { rates, expConcave } = scales[scale].judged;
      expect(of(scale, "convex, noise 1")).toBe(rates[2]);
      expect(of(scale, expConcave.study)).toBe(expConcave.rounds[2]);
      // Steps are tuned for so many rounds.
      expect(of(scale, "4 switches")).toBe(4000);
    }
    expect(scales.full.judged.expConcave.rounds[2]).toBe(256_000);
  });

  it("compares the growth of two fourfolds", () => {
    expect(growth([1, 2, 4])).toBe(2);
  });
});
