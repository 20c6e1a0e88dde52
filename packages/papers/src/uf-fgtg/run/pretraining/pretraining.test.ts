import { readSafetensors } from "minimand/models";
import { afterAll, describe, expect, it } from "vitest";
import { pretraining } from "./pretraining.ts";
import { principalComponents } from "./principal-components.ts";

const { parts, train, measure } = pretraining;
const before = new Map<string, Uint8Array>();
const quick = (seed = 1) => ({ scale: "quick" as const, seed, before });

describe("principalComponents", () => {
  it("are directions of a plane that rows lie in, the longer one first", () => {
    const rows = Array.from({ length: 200 }, (_, i) => {
      const turn = (2 * Math.PI * i) / 200;
      const [a, b] = [3 * Math.sin(3 * turn), Math.cos(11 * turn)];
      return Float32Array.of(1 + a, 2 + b, 3 + a, 4 - b);
    });
    const { mean, directions, variances, explained } = principalComponents(rows, 2);
    expect(explained).toBeCloseTo(1, 5);
    expect(mean[3]).toBeCloseTo(4, 1);
    expect(variances[0]).toBeCloseTo(9, 0);
    expect(variances[1]).toBeCloseTo(1, 0);
    const [first, second] = directions.map((d) =>
      [...d].map((v) => v * Math.sign(d.find((x) => Math.abs(x) > 0.5)!)),
    );
    [Math.SQRT1_2, 0, Math.SQRT1_2, 0].forEach((v, i) => {
      expect(first[i]).toBeCloseTo(v, 1);
    });
    [0, Math.SQRT1_2, 0, -Math.SQRT1_2].forEach((v, i) => {
      expect(second[i]).toBeCloseTo(v, 1);
    });
  });
});

// Each part needs those before it.
describe("pre-training of fifty steps", () => {
  it.each(parts)(
    "%s: finite numbers, a loss that falls, and the same file for the same seed",
    async (part) => {
      const told: string[] = [];
      const { bytes, record } = await train(part, {
        ...quick(),
        onProgress: (done, total, message) => told.push(`${done} of ${total} ${message}`),
      });
      const { tensors } = readSafetensors(bytes);
      const numbers = Object.values(tensors).flatMap(({ data }) => [...data]);
      expect(numbers.length).toBeGreaterThan(10_000);
      expect(numbers.every(Number.isFinite)).toBe(true);
      expect(record).toMatchObject({ part, seed: 1 });
      if (part === "latents") expect(record.explained).toBeGreaterThan(0.9);
      else {
        expect(record["last loss"]).toBeLessThan(record["first loss"] as number);
        expect(told).toHaveLength(2);
        expect(told[1]).toMatch(/^50 of 50 steps of the \w+, loss \d\.\d{3}$/);
      }
      // The smallest one stands for all: they are trained by the same lines.
      if (part === "classifier") {
        expect((await train(part, quick())).bytes).toEqual(bytes);
        expect((await train(part, quick(2))).bytes).not.toEqual(bytes);
      }
      before.set(part, bytes);
    },
  );

  it("is measured, near chance", async () => {
    const rows = await measure(quick());
    expect(rows).toHaveLength(6);
    for (const { shape = 0, colour = 0 } of rows) {
      expect(shape).toBeLessThan(0.7);
      expect(colour).toBeLessThan(0.7);
    }
  });

  it("stops when it is told to, and refuses what it has no part for", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(train("contrastive", { ...quick(), signal })).rejects.toThrow("enough");
    await expect(train("vae", quick())).rejects.toThrow("part: expected one of latents, denoiser, ");
    await expect(train("denoiser", { ...quick(), before: new Map() })).rejects.toThrow(
      "expected the file of the latents",
    );
  });
});

afterAll(() => before.clear());
