import { stripTypeScriptTypes } from "node:module";
import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { type Example, examplesOf, exportOf, namesOf } from "./support/examples.ts";

/*
 * Lines `expression // result` of the examples in docstrings are run, with the lines before them, and must give the result:
 * numbers to the digits written, `...` stands for whatever follows (in a message: for anything). Examples that take something for granted can't be run; that
 * they compile, another test sees to.
 */
const line =
  /^(?!const |let |type )(.+?);? \/\/ (\[.*|-?[\d.]+.*|\{.*\}.*|"(?:[^"\\]|\\.)*"|true|false|Infinity|throws: .*)$/;

interface Run {
  example: Example;
  expected: string[];
}

function runOf(example: Example): Run[] {
  const { given, parameters, unknown } = namesOf(example);
  const free = [...given.filter((name) => !parameters.has(name)), ...unknown];
  const expected = example.code.split("\n").flatMap((text) => line.exec(text)?.[2] ?? []);
  return expected.length > 0 && free.length === 0 ? [{ example, expected }] : [];
}

const runs = examplesOf("packages/{minimand,compare,papers}/src/**/*.ts").flatMap(runOf);

/** The values of all lines that have a result. */
async function valuesOf(example: Example): Promise<unknown[]> {
  const { values } = namesOf(example);
  const scope = await Promise.all([...values].map(([name, specifier]) => exportOf(name, specifier)));
  const code = example.code
    .split("\n")
    .map((text) =>
      text.replace(line, (_, expression: string, result: string) =>
        result.startsWith("throws: ")
          ? `results.push(messageOf(() => ${expression}));`
          : `results.push(await (${expression}));`,
      ),
    )
    .join("\n");
  const body = stripTypeScriptTypes(`async function run(results, messageOf) {\n${code}\n}`);
  const run = new Function(...values.keys(), `${body}\nreturn run;`)(...scope);
  const results: unknown[] = [];
  await run(results, messageOf);
  return results.map((value) => (value instanceof np.Array ? value.js() : value));
}

/** An error as an example writes it. */
function messageOf(f: () => unknown): Error {
  try {
    f();
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected an error, got none");
}

function numbersIn(text: string): string[] {
  return text.match(/-?(?:Infinity|NaN|\d+(?:\.\d+)?(?:e-?\d+)?)/g) ?? [];
}

const plain = (_key: string, value: unknown): unknown => {
  if (value instanceof np.Array) return value.js();
  return ArrayBuffer.isView(value) ? [...(value as Float32Array)] : value;
};

function compareTo(value: unknown, result: string): void {
  if (value instanceof Error) {
    const parts = result.replace("throws: ", "").split("...");
    expect(value.message).toMatch(new RegExp(`^${parts.map(RegExp.escape).join(".*")}$`));
    return;
  }
  if (typeof value === "string") {
    expect(JSON.stringify(value)).toBe(result);
    return;
  }
  if (typeof value === "boolean") {
    expect(String(value)).toBe(result);
    return;
  }
  const names = /"[^"]*":|\b[a-z]\w*:/gi;
  const actual = numbersIn(JSON.stringify(value, plain).replaceAll(names, ""));
  const expected = numbersIn(result.replaceAll(names, ""));
  if (!result.includes("...")) expect(actual.length).toBe(expected.length);
  expected.forEach((text, i) => {
    const digits = /\.(\d+)/.exec(text)?.[1].length ?? 0;
    expect(Math.abs(Number(actual[i]) - Number(text))).toBeLessThanOrEqual(
      (result.includes("...") ? 1 : 0.51) * 10 ** -digits,
    );
  });
}

describe("docstring examples", () => {
  it("are found", () => expect(runs.flatMap(({ expected }) => expected).length).toBeGreaterThan(200));

  it.each(runs.map((run) => [`${run.example.file}:${run.example.line}`, run] as const))(
    "%s gives what it says",
    async (_, { example, expected }) => {
      const values = await valuesOf(example);
      expect(values.length).toBe(expected.length);
      values.forEach((value, i) => {
        compareTo(value, expected[i]);
      });
    },
  );
});
