import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Results } from "@minimand/compare";
import { nativeCompiler } from "@minimand/native";
import { describe, expect, it } from "vitest";
import { sampleCsv, temporaryFolder, tiny } from "../../../test/support/cli.ts";
import { noStrace, watch } from "../../../test/support/quiet.ts";

const missing = await nativeCompiler().then(
  () => "",
  (error: Error) => ` (skipped: ${error.message})`,
);

const bin = fileURLToPath(new URL("../bin/minimand.js", import.meta.url));

/** Compares with ONNX Runtime in two workers, references beside, and predicts with the model's ONNX file. */
function compareAndPredict(traced: boolean): void {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, "a.csv"), sampleCsv());
  for (const args of [
    [
      "compare",
      "a.csv",
      "-t",
      "y",
      ...tiny,
      "--workers",
      "2",
      "--engine",
      "native",
      "--references",
      "linear,trees",
      "--out",
      "o",
    ],
    ["predict", "o/model/model.onnx", "a.csv"],
  ])
    expect(watch([bin, ...args], { cwd, traced })).toMatchObject({ code: 0, left: [], network: [] });
  const { engine } = JSON.parse(readFileSync(join(cwd, "o/results.json"), "utf8")) as Results;
  expect(engine.name).toBe("native");
}

describe.skipIf(missing !== "")(`the command with ONNX Runtime${missing}`, () => {
  it("writes nothing outside the output folder", () => compareAndPredict(false));

  it.skipIf(noStrace !== "")(`reaches for no other machine${noStrace}`, () => compareAndPredict(true));
});
