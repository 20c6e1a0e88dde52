import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readSavedModel } from "@minimand/compare";
import { onnxOf } from "@minimand/compare/artifacts";
import { nativeCompiler } from "@minimand/native";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { sampleCsv, temporaryFolder, tiny } from "../../../../../test/support/cli.ts";
import { replaced, withoutSums } from "../../../../../test/support/model-files.ts";
import { exitCodeOf, failureLine } from "../../failure.ts";
import { oneProcess } from "../../one-process.fixture.ts";
import { makeProgram } from "../../program.ts";

const folder = temporaryFolder();
const at = (...path: string[]): string => join(folder, ...path);
const once = oneProcess(folder);
const run = (...args: string[]) => once(args);

/** Why ONNX Runtime can't be loaded, or null where it can. */
const runtime = await nativeCompiler().then(
  () => null,
  (error: Error) => error.message,
);

beforeAll(async () => {
  writeFileSync(at("a.csv"), sampleCsv());
  expect(await run("compare", "a.csv", "-t", "y", ...tiny, "--out", "o")).toMatchObject({ code: 0 });
  cpSync(at("o/model"), at("damaged"), { recursive: true });
  cpSync(at("o/model"), at("old"), { recursive: true });
  writeFileSync(at("old/model.json"), withoutSums(readFileSync(at("old/model.json"), "utf8")));
});

afterEach(() => {
  vi.restoreAllMocks();
});

interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

/** The command without a process of its own, for many runs. */
async function predict(path: string): Promise<Said> {
  const said = { code: 0, stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      said[stream] += String(text);
      return true;
    });
  try {
    await makeProgram().parseAsync(["predict", path, at("a.csv")], { from: "user" });
  } catch (error) {
    said.code = exitCodeOf(error);
    said.stderr += `minimand: ${failureLine(error)}\n`;
  }
  vi.restoreAllMocks();
  return said;
}

/** With any byte of a file changed, the model predicts what it did, or is refused in a line with the file's name. */
async function expectNoOther(file: string, path: string): Promise<{ refused: number; bytes: number }> {
  const bytes = readFileSync(at("o/model", file));
  const whole = await predict(path);
  expect(whole).toMatchObject({ code: 0, stderr: "" });
  let refused = 0;
  for (let i = 0; i < bytes.length; i++) {
    const changed = Uint8Array.from(bytes);
    changed[i] ^= 1 << ((3 * i) % 8);
    writeFileSync(at("damaged", file), changed);
    const { code, stdout, stderr } = await predict(path);
    if (code === 0) expect({ i, stdout }).toEqual({ i, stdout: whole.stdout });
    else {
      expect({ i, code, stdout }).toEqual({ i, code: 2, stdout: "" });
      expect(stderr).toMatch(/^minimand: [^\n]+: expected [^\n]+\n$/);
      expect(stderr).toContain(at("damaged"));
      refused++;
    }
  }
  writeFileSync(at("damaged", file), bytes);
  return { refused, bytes: bytes.length };
}

describe("a model with a byte changed never predicts something else", () => {
  it.each(["model.json", "model.safetensors"])("in %s", async (file) => {
    const { refused, bytes } = await expectNoOther(file, at("damaged"));
    expect(refused).toBe(bytes);
  });

  it.skipIf(runtime !== null)(
    `in model.onnx${runtime === null ? "" : ` (skipped: ${runtime})`}`,
    async () => {
      const { refused, bytes } = await expectNoOther("model.onnx", at("damaged/model.onnx"));
      expect(refused).toBe(bytes);
    },
  );
});

describe("a model that is damaged", () => {
  beforeAll(() => {
    for (const [copy, file, change] of [
      ["mean", "model.json", (text: string) => text.replace(/("mean": -?)\d/, "$19")],
      ["level", "model.json", (text: string) => text.replace(/"green"/g, '"grey"')],
    ] as const) {
      cpSync(at("o"), at(copy), { recursive: true });
      const path = at(copy, "model", file);
      const text = readFileSync(path, "utf8");
      writeFileSync(path, change(text));
      expect(readFileSync(path, "utf8")).not.toBe(text);
    }
    cpSync(at("o"), at("weights"), { recursive: true });
    const path = at("weights/model/model.safetensors");
    const bytes = readFileSync(path);
    bytes[bytes.length - 3] ^= 0x40;
    writeFileSync(path, bytes);
    cpSync(at("o"), at("header"), { recursive: true });
    const header = at("header/model/model.safetensors");
    writeFileSync(header, readFileSync(header, "latin1").replace("F32", "F33"), "latin1");
  });

  const own =
    "expected the content of its own SHA-256, got one that was changed or damaged: run the comparison again, which writes both files";
  const weights =
    "expected the file whose SHA-256 is in model.json, got another, or one that was changed or damaged: run the comparison again, which writes both files";
  it.each([
    ["mean", "model.json", own],
    ["level", "model.json", own],
    ["weights", "model.safetensors", weights],
    ["header", "model.safetensors", weights],
  ])("in its %s is refused wherever it is read", async (copy, file, message) => {
    const line = { code: 2, stdout: "", stderr: `minimand: ${copy}/model/${file}: ${message}\n` };
    expect(await run("predict", copy, "a.csv")).toEqual(line);
    const taught = ["compare", "a.csv", "-t", "y", ...tiny, "--distill-from", copy, "--out", "taught"];
    expect(await run(...taught)).toEqual(line);
    expect(existsSync(at("taught"))).toBe(false);
  });
});

describe("a model without sums", () => {
  const line = (place: string): string =>
    `${place}: no checksums, as in models of earlier versions: damage would not be noticed\n`;

  it("is read wherever models are read, with a line that says so", async () => {
    const { stdout } = await run("predict", "o", "a.csv");
    expect(await run("predict", "old", "a.csv")).toEqual({ code: 0, stdout, stderr: line("old") });
    const kd = ["--losses", "kd", "--distill-from", "old"];
    const taught = await run("compare", "a.csv", "-t", "y", ...tiny, ...kd, "--out", "t");
    expect(taught).toMatchObject({ code: 0, stderr: expect.stringContaining(line("old")) });
  });

  it.skipIf(runtime !== null)("is read as an ONNX file, too", async () => {
    const { model } = await readSavedModel("old", async (name) => readFileSync(at("old", name)));
    writeFileSync(at("new.onnx"), await onnxOf(model));
    const { code, stdout, stderr } = await run("predict", "new.onnx", "a.csv");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    // An earlier version wrote no sum, neither of the file nor, into the description, of the weights.
    const bytes = replaced(readFileSync(at("new.onnx")), "minimand.sha256", "minimand.no_sum");
    writeFileSync(at("old.onnx"), bytes);
    const old = await run("predict", "old.onnx", "a.csv");
    expect(old).toEqual({ code: 0, stdout, stderr: line("old.onnx") });
  });
});
