import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, expect, it } from "vitest";
import { type Example, examplesOf, namesOf } from "./support/examples.ts";
import { guidePrograms } from "./support/guides.ts";

/*
 * Every example of a docstring is a program that compiles: it names what exists, with the options that exist. Each becomes a
 * file of its own; what it names is imported from where a reader would import it, and what it takes for granted is declared.
 */
const folder = `test/examples-${process.pid}`;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function programOf(example: Example): string {
  const { values, types, given } = namesOf(example);
  const from = (specifier: string): string =>
    specifier.startsWith("packages/") ? relative(folder, specifier) : specifier;
  return [
    ...[...values].map(([name, specifier]) =>
      name === "np" ? npImport : `import { ${name} } from "${from(specifier)}";`,
    ),
    ...[...types].map(([name, file]) => `import type { ${name} } from "${from(file)}";`),
    ...given.map((name) => `declare const ${name}: any;`),
    "export {};",
    // What a caller is told by an error, the compiler may refuse as well.
    ...example.code.split("\n").filter((line) => !line.includes("// throws")),
  ].join("\n");
}

/** The first program of each page that has one. */
function programsOfPages(): Example[] {
  return globSync(["README.md", "packages/*/README.md", "docs/{ownership,preferences,enhance}.md"]).flatMap(
    (file) => {
      const [, code] = /```ts\n([\s\S]*?)```/.exec(readFileSync(file, "utf8")) ?? [];
      return code === undefined ? [] : [{ file, line: 1, code }];
    },
  );
}

const npImport = 'import { numpy as np } from "@jax-js/jax";';

it("examples in docstrings and programs of pages compile", () => {
  const wrong = {
    file: "packages/minimand/src/index.ts",
    line: 1,
    code: "focal(logits, labels, { gama: 2 })",
  };
  const pages = [...programsOfPages(), ...guidePrograms()];
  const examples = [...examplesOf("packages/*/src/**/*.ts"), wrong, ...pages];
  expect(pages.length).toBe(18);
  expect(examples.length).toBeGreaterThan(300);
  mkdirSync(folder, { recursive: true });
  examples.forEach((example, i) => {
    writeFileSync(join(folder, `${i}.ts`), pages.includes(example) ? example.code : programOf(example));
  });
  const options = { extends: "../../tsconfig.json", include: ["."], exclude: [] };
  const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ ...options, compilerOptions }));
  const { stdout } = spawnSync("npx", ["tsc", "-p", folder, "--pretty", "false"], { encoding: "utf8" });
  const faults = stdout.split("\n").flatMap((line) => {
    const [, i, what] = /(\d+)\.ts\(\d+,\d+\): error (.*)/.exec(line) ?? [];
    return i === undefined ? [] : [`${examples[Number(i)].file}:${examples[Number(i)].line} ${what}`];
  });
  // The compiler has looked: it found what is wrong here on purpose.
  expect(faults.splice(faults.findLastIndex((fault) => fault.includes("'gama'")))).toHaveLength(1);
  expect(faults).toEqual([]);
});
