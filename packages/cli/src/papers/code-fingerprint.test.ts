import { appendFile, cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { codeFolders, hashOf, sharedCodeFingerprint, sharedCodeFolders } from "./code-fingerprint.ts";

it("changes with any code, its name or place, and with nothing else", async () => {
  const folder = await mkdtemp(join(tmpdir(), "minimand-code-"));
  try {
    await mkdir(join(folder, "engine"));
    await writeFile(join(folder, "engine", "sum.ts"), "export const one = 1;");
    const first = hashOf([folder]);
    await writeFile(join(folder, "engine", "sum.test.ts"), "it('adds');");
    await writeFile(join(folder, "README.md"), "# sums");
    await mkdir(join(folder, "golden"));
    await writeFile(join(folder, "golden", "adapters.ts"), "export const adapters = {};");
    await writeFile(join(folder, "measured.json"), "[]");
    expect(hashOf([folder])).toBe(first);
    await writeFile(join(folder, "engine", "sum.ts"), "export const one = 2;");
    const second = hashOf([folder]);
    await rm(join(folder, "engine", "sum.ts"));
    await writeFile(join(folder, "sum.ts"), "export const one = 2;");
    expect(new Set([first, second, hashOf([folder])]).size).toBe(3);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it("has what papers have chosen where that is asked for", async () => {
  const folder = await mkdtemp(join(tmpdir(), "minimand-code-"));
  try {
    await writeFile(join(folder, "sum.ts"), "export const one = 1;");
    const hashes = async (): Promise<string[]> => [hashOf([folder]), hashOf([folder], { choices: true })];
    const [code, first] = await hashes();
    await writeFile(join(folder, "tuned.json"), '{"rate": 1}');
    const [same, second] = await hashes();
    await writeFile(join(folder, "tuned.json"), '{"rate": 2}');
    expect(same).toBe(code);
    expect(new Set([first, second, hashOf([folder], { choices: true })]).size).toBe(3);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it("names an environment by its engine, always alike", () => {
  const shared = sharedCodeFingerprint("wasm");
  expect(shared).toMatch(/^[0-9a-f]{64}$/);
  expect(sharedCodeFingerprint("wasm")).toBe(shared);
  expect(sharedCodeFingerprint("native")).not.toBe(shared);
});

it("of a paper's trials leaves out what computes none: its card, figure, lesson, vectors and page", () => {
  const folders = codeFolders("uf-fgtg", "wasm").filter((folder) => folder.includes("papers"));
  const own = ["uf-fgtg/run", "uf-fgtg/checkpoints", "kit", "embeddings"];
  expect(folders).toEqual(own.map((room) => resolve("packages/papers/src", room)));
});

describe.each([
  ["a paper's trials", codeFolders("comp-sum", "native"), ["papers/src/comp-sum/run", "papers/src/kit"]],
  ["shared code", sharedCodeFolders("native"), ["papers/src", "cli/src/compare", "cli/src/run"]],
])("the code of %s", (_, folders, own) => {
  const packages = ["minimand", "lab", "data", "compare", "native"].map((name) => `${name}/src`);

  it.each([...packages, ...own])("has all of %s: another byte in it is another hash", async (place) => {
    const folder = folders.find((each) => each === resolve("packages", place));
    expect(folder).toBeDefined();
    const copy = await mkdtemp(join(tmpdir(), "minimand-code-"));
    try {
      await cp(folder!, copy, { recursive: true });
      const all = folders.map((each) => (each === folder ? copy : each));
      const first = hashOf(all);
      const files = await readdir(copy, { recursive: true, withFileTypes: true });
      const code = files.filter(({ name }) => /^(?!.*\.(test|fixture)\.)(?!conformance).*\.ts$/.test(name));
      const { parentPath, name } = code[Math.floor(code.length / 2)];
      await appendFile(join(parentPath, name), "\n");
      expect(hashOf(all), name).not.toBe(first);
    } finally {
      await rm(copy, { recursive: true });
    }
  });
});
