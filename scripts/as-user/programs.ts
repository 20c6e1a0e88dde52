import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { makeProject, type Packed, readJson } from "./project.ts";

/**
 * Compiles and runs the programs of the READMEs in a project with the packed libraries and without `onnxruntime-node`: under the
 * settings of `tsc --init`, and under every Node of this machine that the libraries say they run on.
 */
export function checkPrograms(packed: readonly Packed[]): void {
  const libraries = packed.filter(({ manifest }) => manifest.bin === undefined);
  const project = makeProject("libraries", libraries, { optional: false }).folder;
  const programs = writePrograms(project, libraries);
  compile(project);
  run(project, libraries, programs);
}

type Program = { file: string; engines: string };

/** The first program of each README, and one that loads every entry of every library. */
function writePrograms(project: string, libraries: readonly Packed[]): Program[] {
  const { manifest: library } = libraries.find(({ manifest }) => manifest.name === "minimand")!;
  const pages = [{ folder: ".", manifest: library }, ...libraries];
  const programs = pages.map(({ folder, manifest }) => {
    const [, code = ""] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(folder, "README.md"), "utf8")) ?? [];
    const file = folder === "." ? "readme" : folder.replace(/.*\//, "");
    writeFileSync(join(project, `${file}.ts`), code);
    return { file, engines: manifest.engines.node };
  });
  for (const { manifest } of libraries) {
    const entries = Object.keys(manifest.exports)
      .filter((entry) => !entry.includes("*"))
      .map((entry) => manifest.name + entry.slice(1));
    const file = `entries-${manifest.name.replaceAll(/\W/g, "-")}`;
    const lines = entries.map((entry) => `console.log(Object.keys(await import("${entry}")).length);\n`);
    writeFileSync(join(project, `${file}.ts`), `${lines.join("")}export {};\n`);
    programs.push({ file, engines: manifest.engines.node });
  }
  return programs;
}

function compile(project: string): void {
  const tsc = (...args: string[]): unknown => execFileSync("tsc", args, { cwd: project, stdio: "inherit" });
  execFileSync("tsc", ["--init"], { cwd: project });
  tsc();
  // The types of Plot, which `@minimand/compare` draws with, don't compile with it.
  const files = ["readme.ts", "minimand.ts", "lab.ts", "native.ts"];
  const strict = {
    extends: "./tsconfig.json",
    compilerOptions: { skipLibCheck: false, noEmit: true },
    files,
  };
  writeFileSync(join(project, "tsconfig.strict.json"), JSON.stringify(strict));
  tsc("-p", "tsconfig.strict.json");
  console.log("the programs of the READMEs compile under tsc --init");
}

function run(project: string, libraries: readonly Packed[], programs: Program[]): void {
  const print = (node: string, ...args: string[]): string =>
    execFileSync(node, args, { cwd: project, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const evaluate = (node: string, code: string): string => print(node, "--input-type=module", "--eval", code);
  const expected = programs.map(({ file }) => print(process.execPath, `${file}.js`));

  const missing = evaluate(
    process.execPath,
    'import { nativeCompiler } from "@minimand/native"; await nativeCompiler().catch((e) => console.log(e.message));',
  );
  const version = readJson<{ optionalDependencies: Record<string, string> }>("packages/native/package.json");
  const command = `npm install --ignore-scripts onnxruntime-node@${version.optionalDependencies["onnxruntime-node"]}`;
  if (!missing.includes(`\`${command}\``)) throw new Error(`without onnxruntime-node: ${missing}`);

  const older = nodesOf(process.env.PATH ?? "").filter(({ major }) => major >= 20 && major < 24);
  if (older.length === 0) console.log("SKIPPED: no Node from 20 to 23 in PATH to try the libraries with");
  for (const { path, major, name } of older) {
    const fitting = programs.map(({ engines }) => major >= Number(/\d+/.exec(engines)?.[0]));
    programs.forEach(({ file }, i) => {
      if (fitting[i] && !alike(print(path, `${file}.js`), expected[i]))
        throw new Error(`${file}: prints something else under Node ${name}`);
    });
    const refusal = evaluate(
      path,
      `import { minibatches } from "minimand";
       try { minibatches({ x: Float64Array.of(1), shape: [1], y: Int32Array.of(0) }, { size: 1, seed: 1 }); }
       catch ({ message }) { console.log(message); }`,
    );
    if (refusal !== `x: float64 needs Node 24 or later, this is Node ${name}\n`)
      throw new Error(`float64 under Node ${name}: ${refusal}`);
    console.log(
      `${fitting.filter(Boolean).length} of ${programs.length} programs print the same under Node ${name}`,
    );
  }
  console.log(`${libraries.length} libraries are as their users find them`);
}

/** The same text, with the same numbers up to rounding: Node 20 has no fused multiplication and addition. */
function alike(a: string, b: string): boolean {
  const number = /-?\d+\.\d+/g;
  const [left, right] = [a, b].map((text) => (text.match(number) ?? []).map(Number));
  const close = left.every((x, i) => Math.abs(x - right[i]) <= 1e-4 * Math.abs(right[i]));
  return a.replaceAll(number, "#") === b.replaceAll(number, "#") && close;
}

/** The Nodes in a search path, but for those that a project brings itself. */
function nodesOf(path: string): { path: string; major: number; name: string }[] {
  const found = path
    .split(delimiter)
    .filter((folder) => folder !== "" && !folder.includes("node_modules"))
    .map((folder) => join(folder, process.platform === "win32" ? "node.exe" : "node"))
    .filter((file) => existsSync(file));
  return [...new Set(found.map((file) => realpathSync(file)))].map((file) => {
    const name = execFileSync(file, ["--version"], { encoding: "utf8" }).trim().slice(1);
    return { path: file, major: Number.parseInt(name, 10), name };
  });
}
