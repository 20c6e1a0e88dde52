import { startEngine } from "minimand/start";
import { describe, expect, it } from "vitest";
import { csv, datasetOf, quick, twoInputs } from "../../../../../test/support/datasets.ts";
import { asyncLeakOf } from "../../../../../test/support/leaks.ts";
import { makeWhole } from "../../train/index.ts";
import { fitWhole, type SavedNetwork } from "../index.ts";
import { eachWidth } from "./quantised-models.ts";

await startEngine();
const { rows, a, b } = twoInputs(60);
const dataset = await datasetOf(csv({ a, b, y: rows.map((i) => (a[i] > b[i] ? "yes" : "no")) }));
const model = (await fitWhole(
  dataset,
  { ...quick, target: "y", hidden: [4] },
  { candidate: "cross-entropy", epochs: 1, why: "", configuration: { learningRate: 0.01, parameters: {} } },
)) as SavedNetwork;
const { fit } = makeWhole(dataset).whole;
const widths = [8, 4].map((bits) => ({ bits, method: "ptq" as const }));

describe("eachWidth", () => {
  it("tells of each width, where nothing is fine-tuned, and of epochs in all of them else", async () => {
    const told: string[] = [];
    const { signal } = new AbortController();
    const onEpoch = (done: number, total: number): void => void told.push(`${done} of ${total}`);
    const bits = await eachWidth(model, fit, widths, { signal, onEpoch }, async (_, { bits }) => bits);
    expect([bits, told]).toEqual([
      [8, 4],
      ["1 of 2", "2 of 2"],
    ]);
    told.length = 0;
    await eachWidth(model, fit, [{ bits: 4 }, { bits: 2 }], { signal, onEpoch }, async () => {});
    expect(told).toEqual(told.map((_, i) => `${i + 1} of ${told.length}`));
    expect(told.length).toBeGreaterThan(2);
  });

  it("hears between two widths that it is to end, though nothing but a timer says so", async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const ran = eachWidth(model, fit, widths, { signal: controller.signal }, async (_, { bits }) => {
      seen.push(bits);
      setImmediate(() => controller.abort("enough"));
    });
    await expect(ran).rejects.toBe("enough");
    expect(seen).toEqual([8]);
  });

  it("leaves nothing alive where a width can't be used", async () => {
    const { signal } = new AbortController();
    const leak = await asyncLeakOf(async () => {
      const ran = eachWidth(model, fit, widths, { signal }, async () => Promise.reject(new Error("no")));
      await expect(ran).rejects.toThrow("no");
    });
    expect(leak).toBe(0);
  });
});
