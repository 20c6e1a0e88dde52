import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { oneProcess } from "../packages/cli/src/one-process.fixture.ts";
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

const once = oneProcess();

/** The options of a command, as its help lists them. */
async function optionsOf(command: readonly string[]): Promise<Set<string>> {
  const { code, stdout } = await once([...command, "--help"]);
  expect([command, code]).toEqual([command, 0]);
  const own = stdout.matchAll(/^ {2}(-\w, )?(--[a-z-]+)/gm);
  return new Set([...own].flatMap(([, short = "", long]) => [short.replace(", ", ""), long]));
}

it("commands on the pages are there, and have the options that they are given", async () => {
  const known = new Map<string, Set<string>>();
  const faults: string[] = [];
  let lines = 0;
  for (const file of ["README.md", ...globSync("docs/*.md")])
    for (const [, line] of readFileSync(file, "utf8").matchAll(/npx minimand ([a-z][^`\n]*)/g)) {
      lines++;
      const words = line.split(" #")[0].split(/\s+/);
      const command = words.slice(0, ["bandit", "runs"].includes(words[0]) ? 2 : 1);
      const name = command.join(" ");
      const options = known.get(name) ?? (await optionsOf(command));
      known.set(name, options);
      const given = words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.split("=")[0]);
      if (given.some((option) => !options.has(option))) faults.push(`${file}: ${line}`);
    }
  expect(faults).toEqual([]);
  expect(lines).toBeGreaterThan(40);
});
