import { globSync, readFileSync } from "node:fs";
import { numpy as np, random } from "@jax-js/jax";
import * as compare from "@minimand/compare";
import * as library from "minimand";
import * as engine from "minimand/engine";
import { describe, expect, it } from "vitest";

/*
 * Examples in docstrings of the form `expression // result` are run, and must give the result: numbers to the digits
 * written, `...` stands for whatever follows.
 */
const scope = { ...compare, ...engine, ...library, np, random };

interface Example {
  place: string;
  before: string;
  code: string;
  result: string;
}

function examplesIn(file: string): Example[] {
  const examples: Example[] = [];
  const lines = readFileSync(file, "utf8").split("\n");
  lines.forEach((line, i) => {
    const start = /^\s*\* @example(.*)$/.exec(line);
    if (start === null) return;
    const body = [start[1].trim()];
    for (let j = i + 1; j < lines.length && !/^\s*\*(\/| @)/.test(lines[j]); j++) {
      body.push(lines[j].replace(/^\s*\* ?/, "").trim());
    }
    for (const [at, text] of body.entries()) {
      const match = /^(\w+\(.*\)(?:\.\w+)*);? \/\/ (\[?-?[\d.]+.*|"[^"]*"|true|false|Infinity)$/.exec(text);
      if (match === null) continue;
      // Declarations before the line belong to it.
      const before = body.slice(0, at).filter((t) => t.startsWith("const "));
      examples.push({
        place: `${file}:${i + 1}`,
        before: before.join("\n"),
        code: match[1],
        result: match[2],
      });
    }
  });
  return examples;
}

const examples = globSync("packages/{minimand,compare}/src/**/*.ts")
  .filter((file) => !/\.(test|fixture)\.ts$/.test(file))
  .flatMap(examplesIn);

function numbersIn(text: string): string[] {
  return text.match(/-?(?:Infinity|NaN|\d+(?:\.\d+)?(?:e-?\d+)?)/g) ?? [];
}

function plain(value: unknown): unknown {
  return value instanceof np.Array ? value.js() : value;
}

describe("docstring examples", () => {
  it("are found", () => expect(examples.length).toBeGreaterThan(30));

  it.each(examples.map((e) => [`${e.place} ${e.code}`, e] as const))("%s", (_, { before, code, result }) => {
    const names = Object.keys(scope);
    const value = plain(
      new Function(...names, `${before}\nreturn ${code};`)(
        ...names.map((n) => scope[n as keyof typeof scope]),
      ),
    );
    if (typeof value === "string") {
      expect(JSON.stringify(value)).toBe(result);
      return;
    }
    if (typeof value === "boolean") {
      expect(String(value)).toBe(result);
      return;
    }
    const actual = numbersIn(
      JSON.stringify(value, (_key, v) => (ArrayBuffer.isView(v) ? [...(v as Float32Array)] : v)).replaceAll(
        /"[^"]*":/g,
        "",
      ),
    );
    const expected = numbersIn(result);
    if (!result.includes("...")) expect(actual.length).toBe(expected.length);
    expected.forEach((text, i) => {
      const digits = /\.(\d+)/.exec(text)?.[1].length ?? 0;
      expect(Math.abs(Number(actual[i]) - Number(text))).toBeLessThanOrEqual(
        (result.includes("...") ? 1 : 0.51) * 10 ** -digits,
      );
    });
  });
});
