import { describe, expect, it } from "vitest";
import { expectEnclosed, bundledHost as host, quickRun, testVerdicts } from "../../kit/test-host.fixture.ts";
import tuned from "../tuned.json" with { type: "json" };
import { mixtureArms, transferArms } from "./arms.ts";
import { prepare } from "./data.ts";
import { domains } from "./domains.ts";
import { type MixtureSpec, mixtureTrial } from "./mixture.ts";
import { lattices, reproduction } from "./reproduction.ts";
import { type TransferSpec, transferTrial } from "./transfer.ts";
import type { Spec } from "./trial.ts";
import { judge } from "./verdict.ts";

describe("the reproduction of ood-unlabeled", () => {
  it("runs at the quick scale: the simulation, a real domain, a verdict of two parts", async () => {
    const { rows, series, because } = await quickRun(reproduction);
    const simulated = rows.filter((row) => row.simulation !== undefined);
    expect(new Set(simulated.map((row) => row.simulation)).size).toBe(mixtureArms.length);
    for (const row of simulated) expect(Number(row.accuracy)).toBeGreaterThan(0.4);
    const real = rows.filter((row) => row["real domains"] !== undefined);
    expect(real).toHaveLength(1);
    for (const { label } of transferArms)
      expect(Number.parseFloat(String(real[0][label]))).toBeGreaterThan(60);
    expect(rows.filter((row) => row["all cells"] !== undefined)).toHaveLength(transferArms.length);
    expect(series.some(({ yLabel }) => yLabel === "expected unlabelled term")).toBe(true);
    expect(because).toMatch(/^\(A\) (holds|fails): .* \(B\) (holds|fails): /);
  });

  it("has a choice for every arm, at one end of its lists beside weights of zero, with every neighbour tried", () => {
    const searched = [...lattices("default"), ...lattices("full")];
    expect(searched).toHaveLength(6 + (6 + 2) * transferArms.length);
    for (const { choice, first } of searched) expect(first, choice).toHaveLength(9);
    const bounds = searched.filter(({ choice }) =>
      Object.values(tuned.choices[choice as never]).includes(1000),
    );
    expect(bounds.map(({ choice }) => choice)).toEqual(["mixture: frozen"]);
    const natural = (_: string, value: number) => value === 0 || value === 1000;
    expectEnclosed(tuned, searched, { score: "accuracy" }, natural);
  });
});

describe("the simulation", () => {
  const spec: MixtureSpec = {
    part: "mixture",
    arm: "rss",
    setting: { gammaPrime: 0.3, lambda: 10 },
    m: 10,
    n: 300,
    shift: 0.5,
    seed: 3,
    fraction: 0.25,
  };

  it("gives the same numbers for the same spec, and starts all arms of a seed at one place", async () => {
    const first = await mixtureTrial(spec, host);
    expect(await mixtureTrial(spec, host)).toEqual(first);
    const mean = await mixtureTrial({ ...spec, arm: "mean", setting: {} }, host);
    expect(mean.accuracy).toBe(first.start);
    expect(first.accuracy).toBeGreaterThan(first.start);
    expect(first.accuracy).toBeLessThan(0.8414);
    expect((await mixtureTrial({ ...spec, seed: 4 }, host)).start).not.toBe(first.start);
  });
});

describe("the real domains", () => {
  it.each(domains)(
    "$id: standardised together, the same test rows for every seed",
    async ({ id, classes, unlabeled }) => {
      const m = 5 * classes.length;
      const made = await prepare({ domain: id, m, seed: 1, judge: "test" }, host);
      for (const [label] of classes.entries()) expect(made.y.filter((k) => k === label)).toHaveLength(5);
      expect(made.x).toHaveLength(m * made.inputs);
      expect(made.u).toHaveLength(unlabeled * made.inputs);
      const pooled = [...made.x, ...made.u];
      const mean = pooled.reduce((a, b) => a + b, 0) / pooled.length;
      expect(Math.abs(mean)).toBeLessThan(1e-4);
      const other = await prepare({ domain: id, m, seed: 2, judge: "test" }, host);
      expect([...other.judged.y]).toEqual([...made.judged.y]);
      expect([...other.x]).not.toEqual([...made.x]);
      const tuning = await prepare({ domain: id, m, seed: 1, judge: "tune" }, host);
      expect([...tuning.x]).toEqual([...made.x]);
      expect(tuning.judged.y.length).not.toBe(made.judged.y.length);
      await expect(prepare({ domain: "letters", m: 10, seed: 1, judge: "test" }, host)).rejects.toThrow(
        RangeError,
      );
    },
  );

  it("brings both kinds of digits to one size: a model of one tells the other's apart", async () => {
    const spec: TransferSpec = {
      part: "transfer",
      arm: "erm",
      setting: { weightDecay: 0.1 },
      domain: "mnist",
      shape: "linear",
      m: 50,
      seed: 1,
      judge: "test",
      fraction: 0.3,
    };
    const { accuracy, attacked } = await transferTrial(spec, host);
    expect(accuracy).toBeGreaterThan(0.8);
    expect(attacked[0]).toBe(accuracy);
    expect(attacked).toEqual(attacked.toSorted((a, b) => b - a));
  });
});

describe("the full scale", () => {
  it("has a deeper network for ten classes, which learns more than chance in some steps", async () => {
    const { accuracy, attacked } = await transferTrial(
      {
        part: "transfer",
        arm: "rss",
        setting: { gammaPrime: 0.1, lambda: 1 },
        domain: "ten digits",
        shape: "deep",
        m: 50,
        seed: 1,
        judge: "test",
        fraction: 0.02,
      },
      host,
    );
    expect(accuracy).toBeGreaterThan(0.3);
    expect(attacked).toEqual([]);
  });

  it("runs at what was chosen for ten classes", async () => {
    const run = reproduction.run({
      ...host,
      scale: "full",
      seeds: 1,
      // biome-ignore lint/correctness/useYield: it is only asked which trials there are.
      async *trials(specs) {
        throw specs;
      },
    });
    const specs: Spec[] = await run.next().catch((thrown) => thrown);
    const real = specs.filter((spec) => spec.part === "transfer");
    expect(new Set(real.map(({ domain }) => domain))).toEqual(new Set(["ten digits", "ten of mnist"]));
    for (const { domain, arm, setting } of real)
      expect(tuned.choices[`${domain}, deep: ${arm}` as never]).toMatchObject(setting);
  });

  it("tunes with --full for ten classes alone, every arm alike, and keeps the choices of the default scale", async () => {
    const specs: Spec[] = [];
    const tuning = reproduction.tune!({
      ...host,
      scale: "full",
      seeds: null,
      async *trials(asked) {
        specs.push(...asked);
        for (const index of asked.keys())
          yield { index, result: { part: "transfer", accuracy: 0.5, attacked: [] } };
      },
    });
    let step = await tuning.next();
    while (!step.done) step = await tuning.next();
    const { rows, choices } = step.value;
    for (const { seed } of specs) expect(reproduction.tuningSeeds).toContain(seed);
    for (const place of ["ten digits, deep", "ten of mnist, deep"])
      for (const { id } of transferArms) expect(choices[`${place}: ${id}`]).toMatchObject({ place, arm: id });
    const ten = ({ place }: { place?: unknown }) => String(place).startsWith("ten ");
    expect(Object.values(choices).filter((choice) => !ten(choice))).toEqual(
      Object.values(tuned.choices).filter((choice) => !ten(choice)),
    );
    expect(rows.filter((row) => !ten(row))).toEqual(tuned.rows.filter((row) => !ten(row)));
    expect(new Set(specs.map((spec) => spec.part === "transfer" && spec.domain))).toEqual(
      new Set(["ten digits", "ten of mnist"]),
    );
  });
});

describe("the rule", () => {
  const of = (gain: number, loss: number, plain: number, frozen: number) =>
    judge({
      gain,
      loss,
      overPlain: { mean: plain, error: 0.01, n: 9 },
      overFrozen: { mean: frozen, error: 0.01, n: 9 },
    });
  testVerdicts(([gain, loss, plain, frozen]: number[]) => of(gain, loss, plain, frozen).verdict, {
    "is reproduced where both parts hold": [[0.15, 0.03, 0.021, 0.011]],
    "is partly reproduced where one of them fails": [
      [0.14, 0.03, 0.021, 0.011],
      [0.15, 0.031, 0.021, 0.011],
      [0.15, 0.03, 0.02, 0.011],
      [0.15, 0.03, 0.021, 0.01],
    ],
    "is not reproduced where both fail": [[0.14, 0, 0, 0]],
  });

  it("tells the numbers of both", () => {
    expect(of(0.2, -0.01, 0.03, 0.02).because).toBe(
      "(A) holds: RSS gains +20.0 points over the labelled points alone, and loses -1.0 by the shift. (B) holds: on real domains RSS has +3.0 +- 1.0 points over plain training and +2.0 +- 1.0 over a frozen teacher.",
    );
  });
});
