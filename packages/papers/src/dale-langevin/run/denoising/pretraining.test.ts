import { compileWithJit } from "minimand/engine";
import { readSafetensors } from "minimand/models";
import { describe, expect, it } from "vitest";
import { pretraining } from "./pretraining.ts";
import { speckleRemover } from "./remove-speckle.ts";

const { parts, train, measure } = pretraining;
/** Stripes in the place of photographs, coarser for a longer name. */
const photograph = async (name: string) => ({
  width: 96,
  height: 90,
  channels: 1 as const,
  data: Float32Array.from({ length: 96 * 90 }, (_, i) => 0.5 + 0.4 * Math.sin(i / (3 * name.length))),
});
const quick = (seed = 1) => ({
  scale: "quick" as const,
  seed,
  before: new Map<string, Uint8Array>(),
  photograph,
});

describe("pre-training of ten steps", () => {
  it("gives files that the command reads, the same for the same seed, and losses", async () => {
    const told: string[] = [];
    const onProgress = (done: number, total: number, message: string) =>
      told.push(`${done} of ${total} ${message}`);
    const before = new Map<string, Uint8Array>();
    for (const part of parts) {
      const { bytes, record } = await train(part, { ...quick(), before, onProgress });
      expect(record).toMatchObject({ part, seed: 1 });
      before.set(part, bytes);
    }
    expect(told).toEqual([
      expect.stringMatching(/^10 of 10 steps of the network, loss \d\.\d{3}$/),
      "1 of 1 levels of noise, widths of filters",
    ]);
    expect((await train("speckle", quick())).bytes).toEqual(before.get("speckle"));
    expect((await train("filters", quick(2))).bytes.length).toBe(before.get("filters")!.length);
    const { tensors } = readSafetensors(before.get("speckle")!);
    expect(Object.values(tensors).every(({ data }) => data.every(Number.isFinite))).toBe(true);
    const remover = speckleRemover(before.get("speckle")!, before.get("filters")!, compileWithJit);
    expect(remover.widths.levels).toEqual([expect.closeTo(0.3, 6)]);
    remover.dispose();
    const rows = await measure({ ...quick(), before });
    expect(rows.map((row) => row["level of the noise"])).toEqual([0.05, 0.1, 0.2, 0.4, 0.8]);
    for (const { camera } of rows) expect(camera).toBeLessThan(2);
  });

  it("stops when it is told to, and refuses what it has no part or no photographs for", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    for (const part of parts) await expect(train(part, { ...quick(), signal })).rejects.toThrow("enough");
    await expect(train("vae", quick())).rejects.toThrow("part: expected one of speckle, filters, got 'vae'");
    const { photograph: _, ...without } = quick();
    await expect(train("speckle", without)).rejects.toThrow("expected a host with photographs, got none");
  });
});
