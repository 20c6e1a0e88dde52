import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Results } from "@minimand/compare";
import { nativeCompiler } from "@minimand/native";
import { describe, expect, it } from "vitest";
import { bin, sampleCsv, temporaryFolder, tiny } from "../../../test/support/cli.ts";
import { noStrace, watch } from "../../../test/support/quiet.ts";

const missing = await nativeCompiler().then(
  () => "",
  (error: Error) => ` (skipped: ${error.message})`,
);

describe.skipIf(missing !== "")(`the command with ONNX Runtime${missing}`, () => {
  // With the file that users start: it is what turns telemetry off.
  it(`writes nothing outside the output folder, and reaches for no other machine${noStrace}`, () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "a.csv"), sampleCsv());
    const asked = ["a.csv", "-t", "y", ...tiny, "--workers", "2", "--engine", "native", "--out", "o"];
    for (const args of [
      ["compare", ...asked, "--references", "linear,trees"],
      ["predict", "o/model/model.onnx", "a.csv"],
    ]) {
      const watched = watch([bin, ...args], { cwd, traced: noStrace === "" });
      expect(watched).toMatchObject({ code: 0, left: [], network: [] });
    }
    const { engine } = JSON.parse(readFileSync(join(cwd, "o/results.json"), "utf8")) as Results;
    expect(engine.name).toBe("native");
  });
});
