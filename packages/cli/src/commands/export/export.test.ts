import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { everythingIn, sampleCsv, temporaryFolder, tiny } from "../../../../../test/support/cli.ts";
import { oneProcess } from "../../one-process.fixture.ts";

const folder = temporaryFolder();
const at = (...path: string[]): string => join(folder, ...path);
const run = oneProcess(folder);

beforeAll(async () => {
  writeFileSync(at("a.csv"), sampleCsv());
  writeFileSync(at("b.csv"), sampleCsv(41));
  const one = await run(["compare", "a.csv", "-t", "y", ...tiny, "--out", "o"]);
  const two = await run(["compare", "a.csv", "b.csv", "-t", "y", ...tiny, "--out", "several"]);
  expect([one.code, two.code]).toEqual([0, 0]);
  cpSync(at("o"), at("lacking"), { recursive: true });
  rmSync(at("lacking/model/model.onnx"));
});

describe("minimand export", () => {
  const written = "export: compare has written the model as ONNX already";
  it.each<[string, string[], string]>([
    ["the file of an output folder", ["o"], `${written}: o/model/model.onnx`],
    ["that of a model folder", ["o/model"], `${written}: o/model/model.onnx`],
    [
      "the files of several data sets",
      ["several"],
      `${written}: several/model/a/model.onnx, several/model/b/model.onnx`,
    ],
    [
      "the file, given the options that it had",
      ["o", "--out", "x.onnx", "--dataset", "a", "--json", "--with", "own.mjs"],
      `${written}: o/model/model.onnx`,
    ],
    [
      "what to use where the file is missing",
      ["lacking"],
      "export: lacking/model has no model.onnx: predict uses the folder, and the same compare command again writes the file, or says why it cannot",
    ],
    [
      "what a folder without a model lacks",
      ["."],
      ".: expected a folder with model/model.json, as 'minimand compare' writes it, got none",
    ],
  ])("refuses in one line that names %s", async (_, args, message) => {
    const before = everythingIn(folder);
    expect(await run(["export", ...args])).toEqual({ code: 2, stdout: "", stderr: `minimand: ${message}\n` });
    expect(everythingIn(folder)).toEqual(before);
  });

  it("is in no list of commands, and its help says what to use", async () => {
    expect((await run(["--help"])).stdout).not.toContain("export");
    const { code, stdout } = await run(["export", "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("compare writes its model as model.onnx");
  });
});
