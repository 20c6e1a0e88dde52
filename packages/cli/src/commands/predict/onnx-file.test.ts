import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { nativeCompiler } from "@minimand/native";
import Papa from "papaparse";
import { beforeAll, describe, expect, it } from "vitest";
import { minimand, sampleCsv, temporaryFolder, tiny } from "../../../../../test/support/cli.ts";
import { replaced } from "../../../../../test/support/model-files.ts";
import { oneProcess } from "../../one-process.fixture.ts";

const folder = temporaryFolder();
const at = (...path: string[]): string => join(folder, ...path);
const once = oneProcess(folder);
const run = (args: string[], stdin = ""): ReturnType<typeof minimand> => once(args, { stdin });

beforeAll(async () => {
  writeFileSync(at("a.csv"), sampleCsv());
  expect(await run(["compare", "a.csv", "-t", "y", ...tiny, "--out", "o"])).toMatchObject({ code: 0 });
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
      ["empty.onnx", new Uint8Array(0), "expected an ONNX file, got 0 bytes of something else or of a part"],
      [
        "text.onnx",
        Buffer.from("a,b\n1,2\n"),
        "expected an ONNX file, got 8 bytes of something else or of a part",
      ],
      [
        "half.onnx",
        bytes.subarray(0, bytes.length >> 1),
        `expected an ONNX file, got ${bytes.length >> 1} bytes of something else or of a part`,
      ],
      [
        "foreign.onnx",
        replaced(
          replaced(bytes, "minimand.model/1", "somebodys.model/"),
          "minimand.sha256",
          "somebodys.sum/1",
        ),
        "expected a model that 'minimand compare' or 'minimand quantize' wrote, got another ONNX file",
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

  it("says in one line what is missing where ONNX Runtime isn't installed", async () => {
    const preloaded = pathToFileURL(
      join(import.meta.dirname, "../../../../../test/support/no-onnxruntime.mjs"),
    ).href;
    const options = { cwd: folder, env: { NODE_OPTIONS: `--import=${preloaded}` } };
    const { code, stdout, stderr } = await minimand(["predict", "o/model/model.onnx", "a.csv"], options);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(
      /^minimand: onnxruntime-node: expected the optional package for \S+, got none; `npm install --ignore-scripts onnxruntime-node@\S+` adds it\n$/,
    );
  });
});
