import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { makeProgram } from "../packages/cli/src/program.ts";
import { guidePrograms } from "./support/guides.ts";

const number = /-?\d+(?:\.\d+)?/g;

/** What a program says that it prints: the comment behind each `console.log`. */
const promised = (code: string): string[] =>
  [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, result]) => result);

/** Text as it is written, numbers to the digits that are written. */
function expectPrinted(text: string, result: string): void {
  const words = (line: string): string => line.replaceAll(number, "#").replaceAll(/\s/g, "");
  expect(words(text), text).toBe(words(result));
  const [there, written] = [text.match(number) ?? [], result.match(number) ?? []];
  written.forEach((digits, i) => {
    const unit = 10 ** -(digits.split(".")[1]?.length ?? 0);
    expect(Math.abs(Number(there[i]) - Number(digits)), text).toBeLessThanOrEqual(0.51 * unit);
  });
}

describe("programs of the guides", () => {
  const written: string[] = [];
  afterEach(() => {
    vi.restoreAllMocks();
    for (const file of written.splice(0)) rmSync(file);
  });

  it.each(guidePrograms().filter((program) => program.for === undefined))(
    "$file prints what it says",
    async ({ file, code }) => {
      const path = fileURLToPath(
        new URL(`./guide-${file.replaceAll("/", "-")}-${process.pid}.ts`, import.meta.url),
      );
      writeFileSync(path, code);
      written.push(path);
      const lines: string[] = [];
      vi.spyOn(console, "log").mockImplementation((...args) => void lines.push(format(...args)));
      await import(/* @vite-ignore */ path);
      expect(promised(code).length).toBeGreaterThan(0);
      expect(lines.length).toBe(promised(code).length);
      promised(code).forEach((result, i) => {
        expectPrinted(lines[i], result);
      });
    },
  );
});

/** As much of a command as is looked at. */
interface Known {
  name(): string;
  options: readonly { long?: string | null; short?: string | null }[];
  commands: readonly Known[];
}

it("commands on the pages are there, and have the options that they are given", () => {
  const find = (command: Known, [first, ...words]: string[]): Known | undefined => {
    const inner = command.commands.find((one) => one.name() === first);
    return inner === undefined || inner.commands.length === 0 ? inner : find(inner, words);
  };
  const program = makeProgram() as unknown as Known;
  const faults: string[] = [];
  let lines = 0;
  for (const file of ["README.md", ...globSync("docs/*.md")])
    for (const [, line] of readFileSync(file, "utf8").matchAll(/npx minimand ([a-z][^`\n]*)/g)) {
      lines++;
      const words = line.split(" #")[0].split(/\s+/);
      const options = find(program, words)?.options.flatMap(({ long, short }) => [long, short]);
      const given = words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.split("=")[0]);
      if (options === undefined || given.some((option) => option !== "--help" && !options.includes(option)))
        faults.push(`${file}: ${line}`);
    }
  expect(faults).toEqual([]);
  expect(lines).toBeGreaterThan(40);
});
