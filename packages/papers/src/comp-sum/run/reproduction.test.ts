import { describe, expect, it } from "vitest";
import type { Choices } from "../../kit/choices.ts";
import { bundledHost, expectEnclosed, quickRun, testVerdicts } from "../../kit/test-host.fixture.ts";
import type { Images, TrialHost } from "../../reproduction.ts";
import tuned from "../tuned.json" with { type: "json" };
import {
  adversarialChoice,
  armsOf,
  familyChoice,
  familySettings,
  learningRates,
  strengths,
  taus,
} from "./arms.ts";
import { reproduction } from "./reproduction.ts";
import { nets } from "./settings.ts";
import { trial } from "./trial.ts";
import { type Evidence, judge } from "./verdict.ts";

/** The bundled 8 x 8 digits, three times as large and framed, in the place of 28 x 28 images. */
async function images(): Promise<Images> {
  const { features, labels, classes, rows } = await bundledHost.dataset("digits");
  const pixels = new Uint8Array(rows * 28 * 28);
  const columns = new Map(features.map((f) => [f.name, f]));
  for (let r = 0; r < 24; r++) {
    for (let c = 0; c < 24; c++) {
      const column = columns.get(`pixel_${Math.floor(r / 3)}_${Math.floor(c / 3)}`);
      if (column?.kind !== "numeric") continue;
      for (let row = 0; row < rows; row++)
        pixels[row * 784 + (r + 2) * 28 + c + 2] = Math.min(255, 16 * column.values[row]);
    }
  }
  return {
    pixels,
    labels: Uint8Array.from(labels, (id) => Number(classes[id])),
    count: rows,
    height: 28,
    width: 28,
  };
}

const made = images();
const host: TrialHost = { ...bundledHost, images: () => made };

describe("the reproduction of comp-sum", () => {
  it("runs at the quick scale: every arm measured, the bounds true, a verdict given", async () => {
    const { rows, series, because } = await quickRun(reproduction, { host });
    const arms = armsOf(tuned.choices, nets[0].id);
    expect(rows.length).toBe(familySettings.length * taus.length + arms.length);
    expect(rows.every((row) => /^\d+\.\d$/.test(String(row["accuracy %"])))).toBe(true);
    expect(series.map((s) => s.name)).toEqual([...familySettings, ...new Set(arms.map((a) => a.method))]);
    expect(because).toMatch(/^Bounds hold and are tight/);
  });

  it("has choices inside of what was tried", () => {
    const family = familySettings.flatMap((setting) =>
      taus.map((tau) => {
        const choice = familyChoice(setting, tau);
        return { choice, label: { choice }, axes: { learningRate: learningRates } };
      }),
    );
    const strength = nets.flatMap(({ id: net }) =>
      (["TRADES", "Adv-Comp-Sum"] as const).map((method) => {
        const choice = adversarialChoice(net, method);
        return { choice, label: { choice }, axes: { strength: strengths[method] } };
      }),
    );
    expectEnclosed(tuned, [...family, ...strength], { score: "score" });
  });

  it("starts a wider network from either start", async () => {
    const spec = { part: "adversarial", method: "standard", strength: 0, seed: 1, judge: "test" } as const;
    const found = [];
    for (const { id: net } of nets.slice(1)) found.push(await trial({ ...spec, net, fraction: 0.05 }, host));
    expect(found[0]).not.toEqual(found[1]);
  });
});

describe("the verdict", () => {
  const net = nets[0].id;
  const choices: Choices = {
    [adversarialChoice(net, "TRADES")]: { strength: 3 },
    [adversarialChoice(net, "Adv-Comp-Sum")]: { strength: 0.3 },
  };
  interface Changes {
    slack?: number;
    tau0?: number[];
    ours?: [number, number];
    other?: [number, number];
    /** A trial of another network. */
    there?: [number, number];
  }
  const arm = ([clean, robust]: [number, number]) => ({ clean: [clean, clean], robust: [robust, robust] });
  const measured = ({
    slack = 0,
    tau0 = [0.8, 0.81],
    ours = [0.86, 0.498],
    other = [0.8, 0.4],
    there = ours,
  }: Changes): Evidence => ({
    bounds: { part: "bounds", draws: 1, smallestSlack: slack, tightness: 0, infimumError: 0 },
    family: { letter: { "0": tau0, "1": [0.9, 0.9], "2": [0.7, 0.71] } },
    adversarial: [ours, there].map((own) => ({
      net,
      byMethod: {
        TRADES: { "1": arm(other), "3": arm([0.85, 0.5]) },
        "Adv-Comp-Sum": { "0.3": arm(own) },
      },
    })),
  });
  const dominated: Changes = { ours: [0.86, 0.48], other: [0.87, 0.49] };

  testVerdicts((changes: Changes) => judge(measured(changes), choices).verdict, {
    "is reproduced where all three parts are shown": [{}],
    "is partly reproduced where the lead in the family is missing, or on TRADES' front only": [
      { tau0: [0.7, 1.1] },
      { tau0: [0.91, 0.92] },
      { ours: [0.84, 0.52] },
      { ours: [0.86, 0.48] },
      { there: [0.84, 0.52] },
      { tau0: [0.91, 0.92], there: [0.84, 0.52] },
    ],
    "is not reproduced where a bound is violated, or another TRADES arm is better in both and nothing else shows":
      [
        { slack: -1e-6 },
        { tau0: [0.91, 0.92], ...dominated },
        { tau0: [0.91, 0.92], other: dominated.other, there: dominated.ours },
      ],
  });

  it("counts the adversarial part out where another TRADES arm is better in both", () => {
    expect(judge(measured(dominated), choices).because).toContain("not shown");
  });

  it("tells against which other strengths of TRADES the adversarial part would come to something else", () => {
    const because = (changes: Changes) => judge(measured(changes), choices).because;
    expect(because({})).toContain("robust (shown).");
    expect(because({ other: [0.8, 0.51] })).toContain("(shown; it would not be shown against beta = 1).");
    expect(because({ ours: [0.86, 0.48] })).toContain("front; it would be shown against beta = 1).");
  });

  it("refuses choices that were never made", () => {
    expect(() => judge(measured({}), {})).toThrow(
      "choices: expected a number for strength of two layers of 64, Adv-Comp-Sum, got undefined",
    );
  });
});
