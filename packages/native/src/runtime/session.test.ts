import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
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

describe("createSession", () => {
  it("refuses bytes that are no ONNX model", () => {
    expect(() => createSession(Uint8Array.of(1, 2, 3))).toThrow();
  });
});
