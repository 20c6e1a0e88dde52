import { filters, lightOf, photographOf } from "@minimand/papers/denoising";
import { expect, it } from "vitest";
import type { Raster } from "../../pictures/raster.ts";
import { denoisePicture } from "./denoise-picture.ts";

it("filters band by band give what they give of the whole picture", async () => {
  const [width, height] = [9, 200];
  const noisy: Raster = {
    width,
    height,
    channels: 3,
    alpha: null,
    depth: 16,
    data: Float32Array.from({ length: 3 * width * height }, (_, i) => 0.5 + 0.5 * Math.sin(12.9898 * i)),
  };
  const turns: number[] = [];
  const results = await denoisePicture(
    noisy,
    0.3,
    {
      levels: { least: 0.02, most: 1 },
      widths: { levels: [0.3], gaussian: [2.8], median: [7] },
      tiles: () => 0,
      remove: async (light) => light,
      dispose() {},
    },
    {
      compared: true,
      clean: noisy,
      signal: new AbortController().signal,
      onProgress: (done, total) => turns.push(done / total),
    },
  );
  expect(results.map(({ method, width }) => [method, width])).toEqual([
    ["as it is", null],
    ["gaussian", 2.8],
    ["median", 7],
    ["network", null],
  ]);
  for (const { method, width, picture } of results) {
    if (method !== "gaussian" && method !== "median") continue;
    const whole = photographOf(lightOf(noisy).map((light) => filters[method](light, width!)));
    const most = picture.data.reduce((far, v, i) => Math.max(far, Math.abs(v - whole.data[i])), 0);
    // Half a step of 16 bits.
    expect(most).toBeLessThan(1e-5);
  }
  expect(turns.at(-1)).toBe(1);
});
