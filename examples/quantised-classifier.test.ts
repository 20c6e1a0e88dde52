import { nativeCompiler } from "@minimand/native";
import { expect, it } from "vitest";
import { quantisedClassifier } from "./quantised-classifier.ts";

it("trains once, and ships files of integers of several sizes, the small ones better than without that training", async () => {
  const { float, shipped } = await quantisedClassifier({
    images: 1500,
    held: 200,
    floatEpochs: 4,
    epochs: 3,
    compile: await nativeCompiler(),
  });
  expect(float.accuracy).toBeGreaterThan(0.65);
  const [server, , page, searched, two] = shipped;
  expect(Math.abs(server.accuracy - float.accuracy)).toBeLessThan(0.05);
  expect(server.bytes).toBeLessThan(0.3 * float.bytes);
  expect(page.bytes).toBeLessThan(0.15 * float.bytes);
  expect(page.fileBytes).toBeLessThan(0.7 * server.fileBytes);
  expect(searched.bytes).toBeLessThan(server.bytes);
  expect(two.accuracy).toBeGreaterThan(two.before);
  for (const { accuracy } of shipped) expect(accuracy).toBeGreaterThan(0.4);
});
