import { spawnSync } from "node:child_process";
import { numpy as np } from "@jax-js/jax";
import { applyCurves } from "@minimand/lab/vision";
import { describe, expect, it } from "vitest";
import type { Raster } from "../../pictures/raster.ts";
import { interpolatedRows } from "./interpolated-rows.ts";
import { luminanceOf, withLuminance } from "./luminance.ts";
import { enhanced } from "./methods.ts";
import { resizeRaster, sizeWithin } from "./resize-raster.ts";
import { zeroDcePicture } from "./zero-dce-pictures.ts";

const picture = (
  width: number,
  height: number,
  at: (x: number, y: number, c: number) => number,
  channels: 1 | 3 = 3,
): Raster => ({
  width,
  height,
  channels,
  alpha: null,
  depth: 8,
  data: Float32Array.from({ length: width * height * channels }, (_, i) => {
    const pixel = Math.floor(i / channels);
    return at(pixel % width, Math.floor(pixel / width), i % channels);
  }),
});
const close = (values: Iterable<number>, digits = 5): unknown[] =>
  Array.from(values, (value) => expect.closeTo(value, digits));

describe("a picture of another size", () => {
  it("has the means of what falls into a pixel, of transparency, too", () => {
    const grey = picture(4, 2, (x, y) => x + 10 * y, 1);
    const small = resizeRaster({ ...grey, alpha: grey.data }, 2, 1);
    expect(small).toMatchObject({ width: 2, height: 1, channels: 1 });
    expect([...small.data]).toEqual([5.5, 7.5]);
    expect([...small.alpha!]).toEqual([5.5, 7.5]);
    const colours = resizeRaster(
      picture(2, 2, (x, y, c) => 100 * c + x + y),
      1,
      1,
    );
    expect([...colours.data]).toEqual([1, 101, 201]);
  });

  it("keeps its mean where the sizes divide, and repeats pixels where it grows", () => {
    expect([
      ...resizeRaster(
        picture(1, 1, () => 0.5, 1),
        3,
        2,
      ).data,
    ]).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
    const long = picture(6, 1, (x) => x, 1);
    expect([...resizeRaster(long, 3, 2).data]).toEqual([0.5, 2.5, 4.5, 0.5, 2.5, 4.5]);
    expect(sizeWithin({ width: 1000, height: 3 }, 100)).toEqual({ width: 100, height: 1 });
    expect(sizeWithin({ width: 10, height: 3 }, 100)).toEqual({ width: 10, height: 3 });
  });
});

it("shortens a long row before it repeats it, in the memory of one row", () => {
  // The system's own peak: the resource usage of a process begins with that of the one which started it.
  const code = `import { existsSync, readFileSync } from "node:fs";
    import { resizeRaster } from ${JSON.stringify(import.meta.resolve("./resize-raster.ts"))};
    const data = new Float32Array(2 ** 22).fill(0.5);
    const { data: small } = resizeRaster({ width: 2 ** 22, height: 1, channels: 1, data, alpha: null, depth: 8 }, 256, 64);
    const status = existsSync("/proc/self/status") ? readFileSync("/proc/self/status", "utf8") : "";
    console.log(small.length, small[0], status.match(/VmHWM:\\s+(\\d+)/)?.[1] ?? 0);`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", code], {
    encoding: "utf8",
  });
  const [length, first, kilobytes] = stdout.split(" ").map(Number);
  expect([length, first]).toEqual([256 * 64, 0.5]);
  expect(kilobytes).toBeLessThan(500_000);
});

describe("rows of a map", () => {
  const row = (rowOf: ReturnType<typeof interpolatedRows>, y: number, width: number): number[] => {
    const at = rowOf(y);
    return Array.from({ length: width }, (_, x) => [...at(x)]).flat();
  };

  it("are the map's own at its own size, and flat beyond the centres of the border", () => {
    const map = { values: [0, 5, 1, 6, 2, 7, 3, 8], width: 2, height: 2, channels: 2 };
    const own = interpolatedRows(map, { width: 2, height: 2 });
    expect([0, 1].map((y) => row(own, y, 2))).toEqual([
      [0, 5, 1, 6],
      [2, 7, 3, 8],
    ]);
    const large = interpolatedRows(map, { width: 4, height: 4 });
    expect(row(large, 0, 4).filter((_, i) => i % 2 === 0)).toEqual([0, 0.25, 0.75, 1]);
    // A row of this size would take 6 GB.
    const long = interpolatedRows(
      { values: Float32Array.from({ length: 48 }, (_, i) => i), width: 2, height: 1, channels: 24 },
      { width: 2 ** 26, height: 1 },
    );
    expect([...long(0)(2 ** 26 - 1)].slice(0, 3)).toEqual([24, 25, 26]);
    expect(row(large, 2, 4).filter((_, i) => i % 2 === 1)).toEqual([6.5, 6.75, 7.25, 7.5]);
  });
});

describe("other luminances", () => {
  it("are those of Rec. 709: green is brightest, blue darkest", () => {
    const primaries = picture(3, 1, (x, _, c) => Number(x === c));
    expect([...luminanceOf(primaries)]).toEqual(close([0.2126, 0.7152, 0.0722]));
  });

  it("keep the proportions of the colours, below 1, and black", () => {
    const own = picture(3, 1, (x, _, c) => [0.1 * (c + 1), 0, 0.4 * Number(c === 2)][x]);
    const before = luminanceOf(own);
    const { data } = withLuminance(own, before, Float32Array.of(2 * before[0], 0.5, 0.9));
    expect([...data]).toEqual(close([0.2, 0.4, 0.6, 0, 0, 0, 0, 0, 1]));
    const [after] = luminanceOf({ ...own, data });
    expect(after).toBeCloseTo(2 * before[0], 5);
  });
});

describe("methods", () => {
  const settings = { gamma: 0.5, zeroDce: null, enhancer: null };

  it("give each number the power that they say, and let bright pictures be", () => {
    const own = picture(16, 16, (x, y) => (16 * y + x) / 255, 1);
    const bright = { ...own, data: own.data.map((value) => 0.5 + value / 2) };
    expect([...enhanced(own, "gamma", settings).data]).toEqual(close(own.data.map(Math.sqrt), 4));
    expect(enhanced(bright, "adaptive-gamma", settings)).toBe(bright);
    const flat = picture(3, 3, () => 51 / 255);
    for (const value of enhanced(flat, "adaptive-gamma", settings).data) expect(value).toBeCloseTo(0.5, 4);
  });

  it("equalise a ramp to a ramp, and leave a flat picture", () => {
    const ramp = picture(16, 16, (x, y) => (16 * y + x) / 255, 1);
    expect([...enhanced(ramp, "equalize", settings).data]).toEqual(close(ramp.data));
    const flat = picture(3, 3, () => 0.2);
    for (const method of ["equalize", "retinex"] as const)
      expect(enhanced(flat, method, settings)).toBe(flat);
  });

  it("take away light that falls from one side by retinex", () => {
    // The same stripes, in light that is sixteen times stronger at the right.
    const own = picture(64, 32, (x) => (0.03 + (0.47 * x) / 63) * (x % 8 < 4 ? 1 : 0.5), 1);
    const { data } = enhanced(own, "retinex", settings);
    const mean = (values: Float32Array, first: number, end: number): number => {
      let sum = 0;
      for (let y = 0; y < 32; y++)
        for (let x = first; x < end; x++) sum += values[64 * y + x] / (32 * (end - first));
      return sum;
    };
    const ratio = (values: Float32Array): number => mean(values, 40, 56) / mean(values, 8, 24);
    expect(ratio(own.data)).toBeGreaterThan(2);
    expect(ratio(data)).toBeLessThan(1.3);
  });

  it("keep by retinex the contrast of a picture in which a single pixel is white", () => {
    const at = (x: number, y: number): number => (x === 30 && y === 16 ? 1 : x % 8 < 4 ? 0.1 : 0.05);
    const { data } = enhanced(picture(64, 32, at, 1), "retinex", settings);
    // In the middle of a bright stripe, and of a dark one.
    expect(data[64 * 5 + 34] - data[64 * 5 + 38]).toBeGreaterThan(0.5);
  });

  it("apply Zero-DCE's curves as the library does, one for grey", () => {
    const own = picture(5, 4, (x, y, c) => 0.05 + 0.02 * x + 0.03 * y + 0.01 * c);
    const curves = Float32Array.from({ length: 20 * 24 }, (_, i) => Math.sin(i));
    const shaped = (values: Float32Array, channels: number): np.Array =>
      np.array(values as Float32Array<ArrayBuffer>, { shape: [1, 4, 5, channels] });
    const fitted = {
      loss: 0,
      dispose() {},
      curvesOf(x: np.Array) {
        x.dispose();
        return shaped(curves, 24);
      },
    };
    const expected = applyCurves(shaped(own.data, 3), shaped(curves, 24)).dataSync();
    expect([...zeroDcePicture(own, fitted).data]).toEqual(close(expected as Float32Array));
    const grey = picture(5, 4, (x, y) => 0.05 + 0.02 * x + 0.03 * y, 1);
    const one = Float32Array.from(
      { length: 20 * 8 },
      (_, i) => (curves[3 * i] + curves[3 * i + 1] + curves[3 * i + 2]) / 3,
    );
    const byOne = applyCurves(shaped(grey.data, 1), shaped(one, 8)).dataSync();
    expect([...zeroDcePicture(grey, fitted).data]).toEqual(close(byOne as Float32Array));
  });
});
