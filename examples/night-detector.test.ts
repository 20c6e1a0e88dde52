import { decodeCenters } from "@minimand/lab/vision";
import { loadModel, nativeCompiler } from "@minimand/native";
import { decode } from "fast-png";
import { expect, it } from "vitest";
import { nightDetector, sheetOf } from "./night-detector.ts";

it("sees by night behind the enhancer what the detector alone doesn't, and leaves the detector as it is", async () => {
  const lines: string[] = [];
  const { ap50, pictures, untouched, onnx } = await nightDetector({
    daySteps: 150,
    nightSteps: 60,
    nightPictures: 120,
    testPictures: 60,
    compile: await nativeCompiler(),
    onProgress: (line) => void lines.push(line),
  });
  expect(untouched).toBe(true);
  expect(ap50.day).toBeGreaterThan(0.7);
  expect(ap50.night).toBeLessThan(0.1);
  expect(ap50.enhanced).toBeGreaterThan(ap50.night + 0.1);
  expect(lines).toHaveLength(3);
  const model = loadModel(onnx);
  const { output } = model.run({
    picture: { data: pictures.night.slice(0, 32 * 32), shape: [1, 32, 32, 1] },
  });
  expect(output.shape).toEqual([1, 8, 8, 7]);
  const [boxes] = decodeCenters(output.data as Float32Array, { height: 32, width: 32, classes: 3 });
  expect(boxes.length).toBeGreaterThan(0);
  model.dispose();
  const { width, height, data } = decode(sheetOf(pictures));
  expect([width, height]).toEqual([1080, 400]);
  expect(new Set(data).size).toBeGreaterThan(50);
});
