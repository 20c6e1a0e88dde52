import { nativeCompiler } from "@minimand/native";
import { decode } from "fast-png";
import { expect, it } from "vitest";
import { generateDigits, sheetOf } from "./generate-digits.ts";

it("learns what noise is, draws grey levels, and shows what they are nearest to", async () => {
  const settings = { images: 400, steps: 600, width: 64, samples: 6, compile: await nativeCompiler() };
  const result = await generateDigits(settings);
  expect(result.loss.last).toBeLessThan(0.95 * result.loss.first);
  expect([result.drawn.length, result.nearest.length]).toEqual([6 * 196, 6 * 196]);
  expect(result.drawn.every((value) => value >= 0 && value <= 1)).toBe(true);
  // No copies of the training set.
  expect(result.distance.drawn).toBeGreaterThan(0.5);
  const { width, height, data } = decode(sheetOf(result));
  expect([width % 4, height % 4]).toEqual([0, 0]);
  expect(new Set(data).size).toBeGreaterThan(20);
});
