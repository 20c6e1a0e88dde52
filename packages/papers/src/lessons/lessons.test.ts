import { startEngine } from "minimand/start";
import { beforeAll, describe, expect, it } from "vitest";
import { show as dcdm } from "../dcdm/lesson/show.ts";
import { show as elasticface } from "../elasticface/lesson/show.ts";
import { show as ldr } from "../ldr/lesson/show.ts";
import { show as lion } from "../lion/lesson/show.ts";
import { lessons, type Values } from "./index.ts";

const valuesOf = (slug: string, changed: Values = {}): Values => ({
  ...Object.fromEntries(lessons[slug].controls.map(({ name, value }) => [name, value])),
  ...changed,
});

beforeAll(startEngine);

describe("figures that follow a reader's hand", () => {
  it("begin where their controls can be", () => {
    for (const { controls } of Object.values(lessons))
      for (const control of controls)
        if (control.kind === "choice") expect(control.options).toContain(control.value);
        else {
          expect(control.value).toBeGreaterThanOrEqual(control.min);
          expect(control.value).toBeLessThanOrEqual(control.max);
        }
  });

  it("show that margins that don't vary are a fixed one", async () => {
    const { words } = await elasticface(valuesOf("elasticface", { deviation: 0 }));
    const [, fixed, low, high] = /and (\S+) with a fixed .* between (\S+) and (\d+\.\d+)\.$/.exec(words)!;
    expect([low, high]).toEqual([fixed, fixed]);
  });

  it("show that a margin of 0 is none", async () => {
    const { words } = await elasticface(valuesOf("elasticface", { mean: 0 }));
    expect(words).toContain("0.69 without a margin and 0.69 with");
  });

  it("show that the worst class alone counts where it is cold", async () => {
    expect((await ldr(valuesOf("ldr", { lambda: 0.05 }))).words).toContain("gets 100 % of the gradient");
  });

  it.each([
    ["l1 (Lion)", "the weights are (0.50, 0.50); each weight may be at most 0.50"],
    ["l2squared", "nothing bounds them"],
  ])("show what weight decay means for a kappa: %s", async (kappa, words) => {
    const { figures, words: said } = await lion(valuesOf("lion", { kappa, decay: 2 }));
    expect(said).toContain(words);
    expect(figures[0].some(({ name }) => name === "what decay allows")).toBe(kappa === "l1 (Lion)");
  });

  it("show smoke that doesn't go through a disc", async () => {
    const { frames, words } = await dcdm(valuesOf("dcdm"));
    const { frames: pictures, solid } = frames!;
    const last = pictures[pictures.length - 1];
    expect(Math.max(...last)).toBeGreaterThan(200);
    expect(Math.max(...last.filter((_, cell) => solid[cell] === 1))).toBe(0);
    const [, multigrid, plain] = /took (\d+\.\d) .* alone (\d+\.\d)/.exec(words)!.map(Number);
    expect(multigrid).toBeLessThan(plain);
  });
});
