import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";
import { decodeModel, encodeModel } from "../onnx/model.ts";
import { ModelProtoSchema } from "../onnx/onnx_pb.ts";
import { createSession, runtimeVersion } from "./session.ts";

/** Runs a module in a process where onnxruntime-node behaves as given, and returns what it prints. */
function withRuntime(source: string, script: string): string {
  const hooks = `
    import { registerHooks } from "node:module";
    registerHooks({
      resolve(specifier, context, next) {
        if (!specifier.startsWith("onnxruntime-node")) return next(specifier, context);
        ${source}
      },
    });`;
  const index = new URL("../index.ts", import.meta.url).href;
  return execFileSync(
    process.execPath,
    [
      "--conditions=minimand-source",
      `--import=data:text/javascript,${encodeURIComponent(hooks)}`,
      "--input-type=module",
      `--eval=const native = await import(${JSON.stringify(index)});\n${script}`,
    ],
    { encoding: "utf8", cwd: fileURLToPath(new URL(".", import.meta.url)) },
  );
}

const script = `
  for (const make of [() => native.nativeCompiler(), () => native.compile((x) => x, [1])])
    await make().catch((error) =>
      console.log(error instanceof native.NativeUnavailableError, error.name + "|" + error.message));`;

describe("without ONNX Runtime", () => {
  it("says in one line what to install", () => {
    const missing = `throw Object.assign(new Error("Cannot find module"), { code: "MODULE_NOT_FOUND" });`;
    const line =
      `true NativeUnavailableError|onnxruntime-node: expected the optional package for ${process.platform}-${process.arch}, ` +
      `got none; \`npm install --ignore-scripts onnxruntime-node@${runtimeVersion}\` adds it\n`;
    expect(withRuntime(missing, script)).toBe(line + line);
  });

  it("says in one line why it can't be loaded", () => {
    const broken = `throw new Error("libonnxruntime.so.1: cannot open shared object file\\nand more");`;
    const line =
      `true NativeUnavailableError|onnxruntime-node: expected the optional package for ${process.platform}-${process.arch}, ` +
      "got libonnxruntime.so.1: cannot open shared object file\n";
    expect(withRuntime(broken, script)).toBe(line + line);
  });
});

describe("the version of ONNX Runtime", () => {
  it("is the one that is installed", async () => {
    const { default: installed } = await import("onnxruntime-node/package.json", { with: { type: "json" } });
    expect(installed.version).toBe(runtimeVersion);
  });

  it.each(["docs/native.md", "packages/native/README.md"])("stands in the command that %s gives", (page) => {
    const text = readFileSync(new URL(`../../../../${page}`, import.meta.url), "utf8");
    expect(text).toContain(`npm install --ignore-scripts onnxruntime-node@${runtimeVersion}`);
  });
});

/** Writes a model that takes the element `x` of a list of one number, by a node of the given name. */
function beyondItsEnd(name: string): Uint8Array {
  const model = decodeModel(
    encodeModel({
      name: "list",
      nodes: [{ op: "Gather", inputs: ["list", "x"], outputs: ["y"], attributes: { axis: 0 } }],
      constants: [{ name: "list", type: "float32", shape: [1], data: Float32Array.of(1) }],
      inputs: [{ name: "x", type: "int64", shape: [1] }],
      outputs: [{ name: "y", type: "float32", shape: [1] }],
    }),
  );
  model.graph!.node[0].name = name;
  return toBinary(ModelProtoSchema, model);
}

describe("createSession", () => {
  it("refuses bytes that are no ONNX model", () => {
    expect(() => createSession(Uint8Array.of(1, 2, 3))).toThrow();
  });

  it("throws what a run ends with, and prints no name of the file", () => {
    const file = join(temporaryFolder(), "model.onnx");
    writeFileSync(file, beyondItsEnd("\u001b[31mred"));
    const run = `
      const model = native.loadModel((await import("node:fs")).readFileSync(${JSON.stringify(file)}));
      try {
        model.run({ x: { data: BigInt64Array.of(2n), shape: [1] } });
      } catch (error) {
        console.log(JSON.stringify(error.message));
      }`;
    const program = `const native = await import(${JSON.stringify(new URL("../index.ts", import.meta.url).href)});${run}`;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["--conditions=minimand-source", "--input-type=module", `--eval=${program}`],
      { encoding: "utf8", cwd: fileURLToPath(new URL(".", import.meta.url)) },
    );
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toContain(
      "Name:'\u001b[31mred' Status Message: indices element out of data bounds",
    );
  });
});
