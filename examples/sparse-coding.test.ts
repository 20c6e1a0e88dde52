import { lipschitzConstant } from "@minimand/lab/solvers";
import { nativeCompiler } from "@minimand/native";
import { expect, it } from "vitest";
import { cosineDictionary, sparseCoding } from "./sparse-coding.ts";

it("learns steps from patches alone that save iterations on others", async () => {
  const settings = { layers: 6, batches: 60, test: 100, compile: await nativeCompiler() };
  const { objective, iterations, cosines, missing, warnings } = await sparseCoding(settings);
  expect(objective.trained).toBeLessThan(objective.plain);
  expect(objective.trained).toBeGreaterThan(objective.converged);
  expect(iterations.ista).toBeGreaterThanOrEqual(10);
  expect(iterations.fista).toBeGreaterThan(6);
  expect(iterations.fista).toBeLessThan(iterations.ista!);
  expect(cosines).toBeLessThan(64);
  expect(missing).toBeLessThan(0.1);
  expect(warnings).toEqual({ same: 0, other: 1 });
});

it("has a dictionary of four times as many cosines as pixels, which span all patches", () => {
  const { shape, data } = cosineDictionary(8, 16);
  expect(shape).toEqual([64, 256]);
  for (const k of [0, 17, 255]) {
    let squares = 0;
    for (let i = 0; i < 64; i++) squares += data[256 * i + k] ** 2;
    expect(squares).toBeCloseTo(1, 5);
  }
  // Atoms of length 1 that overlap: four times as many as the space has dimensions.
  expect(lipschitzConstant({ shape, data })).toBeGreaterThan(3.5);
});
