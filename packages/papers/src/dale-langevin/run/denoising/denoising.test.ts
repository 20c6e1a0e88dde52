import { randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { psnr, ssim } from "./fidelity.ts";
import { filterReach, filters, filterWidths, widthFor } from "./filters.ts";
import { encodedOf, type Light, lightOf, linearOf, photographOf } from "./light.ts";
import { drawPatches, halved, patch } from "./patches.ts";
import { addSpeckle, offset, speckleLevel } from "./speckle.ts";
import { inCells } from "./speckle-network.ts";

const flat = (width: number, height: number, value: number): Light => ({
  width,
  height,
  values: new Float32Array(width * height).fill(value),
});
/** Light that changes slowly, between black and white. */
const hills = (width: number, height: number): Light => ({
  width,
  height,
  values: Float32Array.from(
    { length: width * height },
    (_, i) => 0.15 + 0.1 * Math.sin((i % width) / 9) * Math.cos(Math.floor(i / width) / 13),
  ),
});
const moments = (values: ArrayLike<number>): [mean: number, deviation: number] => {
  const list = Array.from(values);
  const mean = list.reduce((sum, v) => sum + v, 0) / list.length;
  return [mean, Math.sqrt(list.reduce((sum, v) => sum + (v - mean) ** 2, 0) / list.length)];
};

describe("linear light", () => {
  it("is that of sRGB, there and back", () => {
    expect(linearOf(0.5)).toBeCloseTo(0.21404, 5);
    expect(linearOf(0.04)).toBeCloseTo(0.04 / 12.92, 8);
    for (let i = 0; i <= 255; i++) expect(encodedOf(linearOf(i / 255))).toBeCloseTo(i / 255, 6);
  });

  it("keeps channels apart, and cuts what is no light", () => {
    const data = Float32Array.of(0, 0.5, 1, 1, 0.2, 0.4);
    const picture = { width: 2, height: 1, channels: 3, data } as const;
    const lights = lightOf(picture);
    expect(lights.map(({ values }) => values[1])).toEqual(
      [1, 0.2, 0.4].map((v) => expect.closeTo(linearOf(v), 6)),
    );
    const again = photographOf(lights);
    expect([...again.data]).toEqual([...data].map((v) => expect.closeTo(v, 6)));
    const cut = photographOf([{ width: 2, height: 1, values: Float32Array.of(-1, 2) }]);
    expect([...cut.data]).toEqual([0, expect.closeTo(1, 6)]);
  });
});

describe("speckle", () => {
  it("multiplies by log-normal noise without drift", () => {
    const { values } = addSpeckle(flat(200, 200, 0.1), 0.3, randomSource(1));
    const [mean, deviation] = moments(values.map((v) => Math.log(v / 0.1)));
    expect(mean).toBeCloseTo(0, 2);
    expect(deviation).toBeCloseTo(0.3, 2);
  });

  it("is cut off at white, leaves black as it is, and is rounded to 8 bits", () => {
    expect(Math.max(...addSpeckle(flat(50, 50, 0.9), 0.5, randomSource(1)).values)).toBe(1);
    expect(moments(addSpeckle(flat(9, 9, 0), 0.5, randomSource(1)).values)).toEqual([0, 0]);
    const { values } = addSpeckle(hills(50, 50), 0.2, randomSource(2));
    for (const v of values) expect(255 * encodedOf(v)).toBeCloseTo(Math.round(255 * encodedOf(v)), 2);
  });

  it.each([0.05, 0.2, 0.5, 0.8])("of level %d is found in a smooth picture within a tenth", (level) => {
    const noisy = addSpeckle(hills(160, 160), level, randomSource(3));
    expect(speckleLevel([noisy])! / level).toBeGreaterThan(0.93);
    expect(speckleLevel([noisy])! / level).toBeLessThan(1.07);
  });

  it("is found by the median of absolute diagonal Haar coefficients, over .6745", () => {
    const logs = [0.5, 0.2, 0.1, 0.6, 0.9, 0.3, 0.2, 0.4].map((l) => l - 1);
    const values = Float32Array.from(logs, (l) => Math.exp(l));
    // Blocks [.5 .2 / .9 .3] and [.1 .6 / .2 .4]: |.5 - .2 - .9 + .3| / 2 and |.1 - .6 - .2 + .4| / 2.
    const expected = (0.15 + 0.15) / 2 / 0.6745;
    expect(speckleLevel([{ width: 4, height: 2, values }])).toBeCloseTo(expected, 5);
  });

  it("isn't looked for where a block is black or white", () => {
    const noisy = addSpeckle(hills(64, 64), 0.3, randomSource(4));
    const half = noisy.values.slice();
    half.fill(1, 0, 32 * 64);
    half.fill(0, 0, 16 * 64);
    expect(speckleLevel([{ ...noisy, values: half }])).toBeGreaterThan(0.25);
    for (const light of [flat(8, 8, 0), flat(8, 8, 1), flat(1, 1, 0.5), flat(1, 9, 0.5), flat(0, 0, 0)])
      expect(speckleLevel([light])).toBeNull();
    expect(speckleLevel([flat(8, 8, 0.5)])).toBe(0);
  });
});

describe("filters", () => {
  it("leave what is the same everywhere, at borders, too", () => {
    for (const filter of ["gaussian", "median"] as const)
      for (const width of filterWidths[filter])
        for (const value of filters[filter](flat(9, 5, 0.3), width).values) expect(value).toBeCloseTo(0.3, 5);
  });

  it("the median takes a single pixel away, the Gaussian spreads its logarithm", () => {
    const light = flat(21, 21, 0.1);
    light.values[10 * 21 + 10] = 0.9;
    expect(Math.max(...filters.median(light, 3).values)).toBeCloseTo(0.1, 6);
    const { values } = filters.gaussian(light, 1.4);
    const logs = (v: ArrayLike<number>): number =>
      Array.from(v).reduce((sum, x) => sum + Math.log(x + offset), 0);
    expect(logs(values)).toBeCloseTo(logs(light.values), 2);
    expect(values[10 * 21 + 12] / values[10 * 21 + 10]).toBeLessThan(0.95);
    expect(filters.median(light, 1).values).toEqual(light.values);
  });

  it("depend on no row beyond their reach", () => {
    const light = addSpeckle(hills(20, 60), 0.4, randomSource(5));
    const other = { ...light, values: light.values.slice() };
    for (const [filter, width] of [
      ["gaussian", 1.4],
      ["median", 7],
    ] as const) {
      const reach = filterReach[filter](width);
      other.values.set(light.values);
      other.values.fill(0.7, 0, (30 - reach) * 20);
      const [a, b] = [filters[filter](light, width).values, filters[filter](other, width).values];
      expect(b.subarray(30 * 20)).toEqual(a.subarray(30 * 20));
      expect(b.subarray(29 * 20, 30 * 20)).not.toEqual(a.subarray(29 * 20, 30 * 20));
    }
  });

  it("have the width of the level that is nearest as a ratio", () => {
    const chosen = { levels: [0.1, 0.4], gaussian: [0.5, 1], median: [3, 5] };
    expect([0.02, 0.19, 0.21, 1].map((level) => widthFor(chosen, "gaussian", level))).toEqual([
      0.5, 0.5, 1, 1,
    ]);
    expect(widthFor(chosen, "median", 0.3)).toBe(5);
  });
});

describe("fidelity", () => {
  const picture = (values: readonly number[], width = values.length) => ({
    width,
    height: values.length / width,
    channels: 1 as const,
    data: Float32Array.from(values),
  });

  it("PSNR: 20 dB for errors of a tenth", () => {
    expect(psnr(picture([0.6, 0.4]), picture([0.5, 0.5]))).toBeCloseTo(20, 4);
    expect(psnr(picture([0.5]), picture([0.5]))).toBe(Infinity);
  });

  it("SSIM: 1 for equals, that of means for what is the same everywhere, less for more noise", async () => {
    const constant = (v: number) =>
      picture(
        Array.from({ length: 100 }, () => v),
        10,
      );
    expect(await ssim(constant(0.3), constant(0.3))).toBeCloseTo(1, 6);
    expect(await ssim(constant(0.3), constant(0.5))).toBeCloseTo((0.3 + 1e-4) / (0.34 + 1e-4), 4);
    // A single bright pixel: each pixel near it gets its weight.
    const dot = picture(Array.from({ length: 21 }, (_, i) => (i === 10 ? 0.1 : 0)));
    const weights = Array.from({ length: 11 }, (_, i) => Math.exp(-((i - 5) ** 2) / (2 * 1.5 ** 2)));
    const total = weights.reduce((sum, w) => sum + w, 0);
    const near = weights.map((w) => {
      const [mean, square] = [(0.1 * w) / total, (0.01 * w) / total];
      return (1e-4 * 9e-4) / ((mean ** 2 + 1e-4) * (square - mean ** 2 + 9e-4));
    });
    const expected = (10 + near.reduce((sum, one) => sum + one, 0)) / 21;
    expect(await ssim(picture(Array(21).fill(0)), dot)).toBeCloseTo(expected, 5);
    const clean = photographOf([hills(40, 40)]);
    const noisy = (level: number) => photographOf([addSpeckle(hills(40, 40), level, randomSource(6))]);
    const [little, much] = [await ssim(noisy(0.1), clean), await ssim(noisy(0.5), clean)];
    expect(little).toBeLessThan(0.99);
    expect(much).toBeLessThan(little - 0.1);
    const colour = photographOf([hills(40, 40), hills(40, 40), hills(40, 40)]);
    const grey = photographOf([addSpeckle(hills(40, 40), 0.1, randomSource(6))]);
    const sameThrice = {
      ...colour,
      data: Float32Array.from(colour.data, (_, i) => grey.data[Math.floor(i / 3)]),
    };
    expect(await ssim(sameThrice, colour)).toBeCloseTo(little, 5);
    // Rows don't depend on where a band begins.
    const [tall, noisyTall] = [hills(9, 600), addSpeckle(hills(9, 600), 0.5, randomSource(7))];
    const turned = ({ width, height, values }: Light) =>
      photographOf([
        {
          width: height,
          height: width,
          values: values.map((_, i) => values[(i % height) * width + Math.floor(i / height)]),
        },
      ]);
    let turns = 0;
    const upright = await ssim(photographOf([noisyTall]), photographOf([tall]), async () => void turns++);
    expect(turns).toBe(3);
    expect(upright).toBeCloseTo(await ssim(turned(noisyTall), turned(tall)), 6);
  });
});

describe("patches", () => {
  const pictures = [[hills(90, 70)], [flat(50, 50, 0.2), flat(50, 50, 0.6)]];

  it("are light with the offset, in cells, and the same with noise of their own time", () => {
    const { noisy, clean, times } = drawPatches(pictures, { rows: 40, seed: 7 });
    const size = patch * patch;
    const lights: number[] = [];
    for (let row = 0; row < 40; row++) {
      const own = clean.subarray(row * size, (row + 1) * size);
      const ratios = noisy.subarray(row * size, (row + 1) * size).map((y, i) => Math.log(y / own[i]));
      expect(moments(ratios)[1]).toBeLessThan(1.15 * Math.sqrt(times[row]) + 0.02);
      if (times[row] > 0.01) expect(moments(ratios)[1]).toBeGreaterThan(0.5 * Math.sqrt(times[row]));
      if (own[0] === own[1] && own[1] === own[size - 1]) lights.push(own[0] - offset);
    }
    // Patches of the flat picture: both channels unchanged, and darker ones.
    expect(lights.length).toBeGreaterThan(8);
    const isNear = (light: number): boolean => lights.some((own) => Math.abs(own - light) < 1e-6);
    expect([isNear(0.2), isNear(0.6)]).toEqual([true, true]);
    expect(new Set(lights).size).toBeGreaterThan(4);
    expect(Math.min(...times)).toBeLessThan(0.01);
    expect(Math.max(...times)).toBeGreaterThan(0.93);
  });

  it("are turned and mirrored in all eight ways", () => {
    const slope = Float32Array.from({ length: 50 * 60 }, (_, i) => 0.1 + 0.01 * (i % 50) + 0.001 * (i / 50));
    const { clean } = drawPatches([[{ width: 50, height: 60, values: slope }]], { rows: 80, seed: 3 });
    const ways = Array.from({ length: 80 }, (_, row) => {
      // The numbers of a cell: a pixel, that to its right, that below it.
      const [pixel, right, below] = clean.subarray(row * patch * patch, row * patch * patch + 3);
      const [x, y] = [right - pixel, below - pixel];
      return [x > 0, y > 0, Math.abs(x) > Math.abs(y)].join();
    });
    expect(new Set(ways).size).toBe(8);
  });

  it("are drawn by their seed", () => {
    const draw = (seed: number) => drawPatches(pictures, { rows: 3, seed, level: 0.2 });
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1).clean).not.toEqual(draw(2).clean);
    for (const time of draw(1).times) expect(time).toBeCloseTo(0.04, 6);
  });

  it("are laid into cells of 2 x 2 pixels, each pixel in one place", () => {
    const places = Array.from({ length: 6 * 8 }, (_, i) => inCells(Math.floor(i / 8), i % 8, 4));
    expect(places.toSorted((a, b) => a - b)).toEqual(places.map((_, i) => i));
    expect([
      inCells(0, 0, 4),
      inCells(0, 1, 4),
      inCells(1, 0, 4),
      inCells(0, 2, 4),
      inCells(2, 0, 4),
    ]).toEqual([0, 1, 2, 4, 16]);
  });

  it("of half the size are means of 2 x 2 pixels", () => {
    const values = Float32Array.of(1, 2, 9, 3, 4, 9, 9, 9, 9);
    expect(halved({ width: 3, height: 3, values })).toEqual({
      width: 1,
      height: 1,
      values: Float32Array.of(2.5),
    });
  });
});
