import { readFile } from "node:fs/promises";
import { randomSource } from "minimand/engine";
import { afterAll, describe, expect, it } from "vitest";
import { psnr } from "./fidelity.ts";
import { filters, widthFor } from "./filters.ts";
import { type Light, photographOf } from "./light.ts";
import { loadSpeckleRemover } from "./remove-speckle.ts";
import { addSpeckle } from "./speckle.ts";

const read = async (path: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(new URL(`../../${path}`, import.meta.url)));
const remover = await loadSpeckleRemover(read);
afterAll(() => remover.dispose());

/** Discs of different light before a slope: edges and smooth parts. */
const scene = (width: number, height: number): Light => ({
  width,
  height,
  values: Float32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    if ((x - 40) ** 2 + (y - 35) ** 2 < 500) return 0.45;
    return (x - 90) ** 2 + (y - 60) ** 2 < 900 ? 0.03 : 0.1 + 0.001 * x;
  }),
});
const ratio = (light: Light, clean: Light): number => psnr(photographOf([light]), photographOf([clean]));
const crop = ({ width, values }: Light, left: number, top: number, w: number, h: number): Light => ({
  width: w,
  height: h,
  values: Float32Array.from(
    { length: w * h },
    (_, i) => values[(top + Math.floor(i / w)) * width + left + (i % w)],
  ),
});

describe("the network that comes with the paper", () => {
  it.each([0.1, 0.3, 0.6])(
    "brings a scene with speckle of level %d nearer to what it was than filters do",
    async (level) => {
      const clean = scene(128, 96);
      const noisy = addSpeckle(clean, level, randomSource(8));
      const removed = ratio(await remover.remove(noisy, level), clean);
      expect(removed).toBeGreaterThan(ratio(noisy, clean) + 4);
      for (const filter of ["gaussian", "median"] as const)
        expect(removed).toBeGreaterThan(
          ratio(filters[filter](noisy, widthFor(remover.widths, filter, level)), clean),
        );
    },
  );

  it("leaves no seams: what it makes of a pixel depends on what is near, not on tiles", async () => {
    const noisy = addSpeckle(scene(300, 150), 0.3, randomSource(9));
    expect(remover.tiles(noisy)).toBe(6);
    let told = 0;
    const whole = await remover.remove(noisy, 0.3, () => {
      told++;
    });
    expect(told).toBe(6);
    // The crop begins at an even pixel, as cells do, and its own border is left out.
    const part = await remover.remove(crop(noisy, 100, 20, 128, 128), 0.3);
    const [a, b] = [crop(whole, 116, 36, 96, 96), crop(part, 16, 16, 96, 96)];
    a.values.forEach((value, i) => {
      expect(value).toBeCloseTo(b.values[i], 5);
    });
  });

  it("takes pictures of any size, black and white", async () => {
    for (const [width, height] of [
      [1, 1],
      [1, 7],
      [5, 3],
      [129, 2],
    ])
      for (const value of [0, 0.2, 1]) {
        const light = { width, height, values: new Float32Array(width * height).fill(value) };
        const out = await remover.remove(light, 0.3);
        expect([out.width, out.height, out.values.length]).toEqual([width, height, width * height]);
        for (const v of out.values) expect(v >= 0 && v <= 1).toBe(true);
      }
  });

  it("cuts levels to what it has learned", async () => {
    const noisy = addSpeckle(scene(60, 60), 0.5, randomSource(10));
    const { least, most } = remover.levels;
    expect(await remover.remove(noisy, 99)).toEqual(await remover.remove(noisy, most));
    expect(await remover.remove(noisy, 0)).toEqual(await remover.remove(noisy, least));
    expect(await remover.remove(noisy, least)).not.toEqual(await remover.remove(noisy, most));
  });

  it("refuses a file that isn't the network's", async () => {
    const swapped = (path: string) => read(path.replace("speckle.", "filters."));
    await expect(loadSpeckleRemover(swapped)).rejects.toThrow(/expected/);
  });
});
