import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { nativeCompiler } from "@minimand/native";
import Papa from "papaparse";
import { beforeAll, describe, expect, it } from "vitest";
import { everythingIn, minimand, sampleCsv, temporaryFolder, tiny } from "../../../../../test/support/cli.ts";
import { replaced, withoutSums } from "../../../../../test/support/model-files.ts";
import { oneProcess } from "../../one-process.fixture.ts";

const folder = temporaryFolder();
const at = (...path: string[]): string => join(folder, ...path);
const once = oneProcess(folder);
const run = (args: string[], stdin = ""): ReturnType<typeof minimand> => once(args, { stdin });

beforeAll(async () => {
  writeFileSync(at("a.csv"), sampleCsv());
  writeFileSync(at("b.csv"), sampleCsv(41));
  const [one, two] = await Promise.all([
    run(["compare", "a.csv", "-t", "y", ...tiny, "--out", "o"]),
    run(["compare", "a.csv", "b.csv", "-t", "y", ...tiny, "--out", "several"]),
  ]);
  expect([one.code, two.code]).toEqual([0, 0]);
});

describe.concurrent("minimand export", () => {
  it("writes what compare has written, byte for byte", async () => {
    const kept = readFileSync(at("o/model/model.onnx"));
    cpSync(at("o"), at("again"), { recursive: true });
    rmSync(at("again/model/model.onnx"));
    expect(await run(["export", "again"])).toEqual({
      code: 0,
      stdout: "again/model/model.onnx: label, probabilities\n",
      stderr: "",
    });
    expect(readFileSync(at("again/model/model.onnx"))).toEqual(kept);
    expect((await run(["export", "o/model", "--out", "x.onnx"])).stdout).toBe(
      "x.onnx: label, probabilities\n",
    );
    expect(readFileSync(at("x.onnx"))).toEqual(kept);
  });

  it.skipIf(process.platform === "win32")("leaves what is no file, and follows no link", async () => {
    execFileSync("mkfifo", [at("pipe")]);
    expect(await run(["export", "o", "-o", "pipe"])).toEqual({
      ...{ code: 2, stdout: "" },
      stderr: "minimand: pipe: expected a file or a name that is free, got a pipe\n",
    });
    expect(lstatSync(at("pipe")).isFIFO()).toBe(true);
    symlinkSync("led-to.onnx", at("link.onnx"));
    expect(await run(["export", "o", "-o", "link.onnx"])).toEqual({
      ...{ code: 2, stdout: "" },
      stderr: "minimand: link.onnx: expected a file or a name that is free, got a symbolic link\n",
    });
    expect(existsSync(at("led-to.onnx"))).toBe(false);
  });

  it("says as JSON what was written", async () => {
    const { code, stdout } = await run(["export", "o", "-o", "told.onnx", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual([
      {
        file: "told.onnx",
        dataset: "a",
        task: "binary",
        loss: expect.any(String),
        inputs: [
          { name: "size", type: "float64", shape: ["batch", 1] },
          { name: "weight", type: "float64", shape: ["batch", 1] },
          { name: "kind", type: "string", shape: ["batch", 1] },
        ],
        outputs: [
          { name: "label", type: "string", shape: ["batch"] },
          { name: "probabilities", type: "float32", shape: ["batch", 2] },
        ],
      },
    ]);
  });

  it("writes all models of several data sets, or one of them", async () => {
    const { stdout } = await run(["export", "several"]);
    expect(stdout.trim().split("\n")).toEqual([
      "several/model/a/model.onnx: label, probabilities",
      "several/model/b/model.onnx: label, probabilities",
    ]);
    const { code } = await run(["export", "several", "--dataset", "b", "--out", "b.onnx"]);
    expect(code).toBe(0);
    expect(readFileSync(at("b.onnx"))).toEqual(readFileSync(at("several/model/b/model.onnx")));
  });

  it("exports models of earlier versions, whose description has neither data set nor sums", async () => {
    cpSync(at("several"), at("older"), { recursive: true });
    for (const name of ["a", "b"]) {
      const path = at("older/model", name, "model.json");
      const { dataset: _, ...rest } = JSON.parse(withoutSums(readFileSync(path, "utf8")));
      writeFileSync(path, JSON.stringify(rest));
    }
    const { code, stdout, stderr } = await run(["export", "older", "--dataset", "b", "--json"]);
    expect({ code, dataset: JSON.parse(stdout)[0].dataset }).toEqual({ code: 0, dataset: "b" });
    expect(stderr).toMatch(/^(older\/model\/[ab]: no checksums, .*\n){2}$/);
  });

  it.each<[string, string[], string]>([
    [
      "a folder without a model",
      ["export", "."],
      ".: expected a folder with model/model.json, as 'minimand compare' writes it, got none",
    ],
    [
      "a data set that isn't there",
      ["export", "several", "--dataset", "c"],
      "--dataset: expected one of 'a', 'b', got 'c'",
    ],
    [
      "several models for one file",
      ["export", "several", "--out", "y.onnx"],
      "--out: expected --dataset beside it, one of 'a', 'b', got none",
    ],
    [
      "to write over the model's weights",
      ["export", "o", "--out", "o/model/model.safetensors"],
      "--out: expected another file than o/model/model.safetensors, got o/model/model.safetensors",
    ],
    [
      "a folder to write to that isn't there",
      ["export", "o", "--out", "no/x.onnx"],
      "no/x.onnx: no such file or folder",
    ],
  ])("refuses %s in one line", async (_, args, message) => {
    expect(await run(args)).toEqual({ code: 2, stdout: "", stderr: `minimand: ${message}\n` });
  });

  it("leaves nothing behind where weights are damaged", async () => {
    mkdirSync(at("damaged"));
    cpSync(at("o/model/model.json"), at("damaged/model.json"));
    const weights = readFileSync(at("o/model/model.safetensors"));
    writeFileSync(at("damaged/model.safetensors"), weights.subarray(0, weights.length - 8));
    const { code, stderr } = await run(["export", "damaged"]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(
        /^minimand: damaged\/model\.safetensors: expected the file whose SHA-256 [^\n]+\n$/,
      ),
    });
    expect(everythingIn(at("damaged"))).toEqual(["model.json", "model.safetensors"]);
  });
});

/** Why ONNX Runtime can't be loaded, or null where it can. */
const runtime = await nativeCompiler().then(
  () => null,
  (error: Error) => error.message,
);

describe.concurrent("minimand predict with an ONNX file", () => {
  it.skipIf(runtime !== null)(
    `says what it says with the folder${runtime === null ? "" : ` (skipped: ${runtime})`}`,
    async () => {
      const rows = "weight,kind,size,more\n1,red,2,x\n,NA,,x\n3,black,-1e30,x\n";
      const [kept, onnx] = await Promise.all([
        run(["predict", "o", "-"], rows),
        run(["predict", "o/model/model.onnx", "-"], rows),
      ]);
      expect(onnx.code).toBe(0);
      expect(onnx.stderr).toMatch(
        /^size: 1 of 3 values lies far outside .*\nkind: 1 of 3 values did not occur in training: 'black'\n$/,
      );
      expect(onnx.stderr).toBe(kept.stderr);
      const [ours, theirs] = [onnx, kept].map(
        ({ stdout }) =>
          Papa.parse<Record<string, string>>(stdout, { header: true, skipEmptyLines: true }).data,
      );
      expect(ours.map(({ prediction }) => prediction)).toEqual(theirs.map(({ prediction }) => prediction));
      for (const [i, row] of ours.entries())
        expect(Number(row["probability yes"])).toBeCloseTo(Number(theirs[i]["probability yes"]), 6);
      const lacking = await run(["predict", "o/model/model.onnx", "-"], "size\n1\n");
      expect(lacking).toEqual({
        code: 2,
        stdout: "",
        stderr: "minimand: stdin: expected the 2 columns 'weight', 'kind', got only 'size'\n",
      });
    },
  );

  it("refuses a file that is no model, is cut off, is foreign or isn't there in one line", async () => {
    const bytes = readFileSync(at("o/model/model.onnx"));
    const files: [string, Uint8Array, string][] = [
      ["empty.onnx", new Uint8Array(0), "expected an ONNX file, got 0 bytes that are none or are cut off"],
      [
        "text.onnx",
        Buffer.from("a,b\n1,2\n"),
        "expected an ONNX file, got 8 bytes that are none or are cut off",
      ],
      [
        "half.onnx",
        bytes.subarray(0, bytes.length >> 1),
        `expected an ONNX file, got ${bytes.length >> 1} bytes that are none or are cut off`,
      ],
      [
        "foreign.onnx",
        replaced(
          replaced(bytes, "minimand.model/1", "somebodys.model/"),
          "minimand.sha256",
          "somebodys.sum/1",
        ),
        "expected a model that 'minimand compare' or 'minimand export' wrote, got another ONNX file",
      ],
    ];
    for (const [name, content, message] of files) {
      writeFileSync(at(name), content);
      expect(await run(["predict", name, "a.csv"])).toEqual({
        code: 2,
        stdout: "",
        stderr: `minimand: ${name}: ${message}\n`,
      });
    }
    expect((await run(["predict", "nowhere.onnx", "a.csv"])).stderr).toBe(
      "minimand: nowhere.onnx: no such file or folder\n",
    );
  });

  it("export works where ONNX Runtime isn't installed; predict says in one line what is missing", async () => {
    const preloaded = pathToFileURL(
      join(import.meta.dirname, "../../../../../test/support/no-onnxruntime.mjs"),
    ).href;
    const options = { cwd: folder, env: { NODE_OPTIONS: `--import=${preloaded}` } };
    expect(await minimand(["export", "o", "--out", "without.onnx"], options)).toMatchObject({
      code: 0,
      stderr: "",
    });
    expect(readFileSync(at("without.onnx"))).toEqual(readFileSync(at("o/model/model.onnx")));
    const { code, stdout, stderr } = await minimand(["predict", "without.onnx", "a.csv"], options);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(
      /^minimand: onnxruntime-node: expected the optional package for \S+, got none; `npm install --ignore-scripts onnxruntime-node@\S+` adds it\n$/,
    );
  });
});
