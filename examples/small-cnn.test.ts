import { nativeCompiler } from "@minimand/native";
import { expect, it } from "vitest";
import { smallCnn } from "./small-cnn.ts";

it("reads digits, and enlarges them better than interpolation does", async () => {
  const result = await smallCnn({ images: 2500, epochs: 3, compile: await nativeCompiler() });
  // By chance one of ten.
  expect(result.flattened).toBeGreaterThan(0.85);
  expect(result.averaged).toBeGreaterThan(0.6);
  expect(result.enlarged).toBeLessThan(0.9 * result.interpolated);
});
