import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sampleCsv, temporaryFolder, tiny } from "../../../test/support/cli.ts";
import { oneProcess } from "./one-process.fixture.ts";
import { printable } from "./printable.ts";

const run = oneProcess();

/** A name that would end the line, colour the terminal, and hide what stands before it. */
const odd = "we\nird\u001b[31m\r\u009b2K";
const shown = "we\\nird\\u001b[31m\\r\\u009b2K";

describe("printable", () => {
  it("shows control characters and other ends of lines as JSON writes them, and leaves the rest alone", () => {
    expect(printable('a\tb\u0000\u007f\u2028 – ünï "x" \\')).toBe('a\\tb\\u0000\\u007f\\u2028 – ünï "x" \\');
    expect(printable(odd)).toBe(shown);
  });
});

describe.concurrent("control characters in names are escaped in every message", () => {
  it.each([
    ["an unknown command", [odd]],
    ["an unknown option", ["compare", `--${odd}`]],
    ["compare, a file that is not there", ["compare", odd, "-t", "y"]],
    ["compare, a damaged file", ["compare", `${odd}.csv`, "-t", "y"]],
    ["compare, an unknown target", ["compare", "a.csv", "-t", odd]],
    ["compare, an output folder below a file", ["compare", "a.csv", "-t", "y", "-o", `${odd}.csv/o`]],
    ["compare, a test file that is not there", ["compare", "a.csv", "-t", "y", "--test", odd]],
    ["compare, a teacher that is not there", ["compare", "a.csv", "-t", "y", "--distill-from", odd]],
    ["predict, a model that is not there", ["predict", odd, "a.csv"]],
    ["predict, an ONNX file that is not there", ["predict", `${odd}.onnx`, "a.csv"]],
    ["export, a folder that is not there", ["export", odd]],
    ["reproduce, an unknown paper", ["reproduce", odd]],
    ["reproduce, a folder that is not there", ["reproduce", "ensloss", "--data", odd]],
    ["bandit simulate", ["bandit", "simulate", odd, "-t", "y"]],
    ["bandit evaluate, a file that is not there", ["bandit", "evaluate", odd]],
    ["bandit evaluate, a damaged file", ["bandit", "evaluate", `${odd}.csv`]],
  ])("%s", async (_, args) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "a.csv"), sampleCsv(12));
    writeFileSync(join(cwd, `${odd}.csv`), "a,a\n1,2\n");
    const { code, stdout, stderr } = await run(args, { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^minimand: \P{Cc}+\n$/u);
    // Names inside a message are cut, and those of the shell's options are one word.
    expect(stderr).toContain(shown.slice(0, 12));
  });

  it("of compare and predict where all goes well, and of export, which names a file", async () => {
    const cwd = temporaryFolder();
    const file = `${odd}.csv`;
    writeFileSync(join(cwd, file), sampleCsv());
    const ran = [await run(["compare", file, "-t", "y", ...tiny, "--out", odd], { cwd })];
    ran.push(await run(["predict", odd, file], { cwd }));
    ran.push(await run(["export", odd], { cwd }));
    expect(ran.map(({ code }) => code)).toEqual([0, 0, 2]);
    for (const { stdout, stderr } of ran) expect(stdout + stderr).toMatch(/^[\P{Cc}\n]+$/u);
    expect(ran[0].stdout.startsWith(`${shown}, 2 test folds\n`)).toBe(true);
    expect(ran[0].stderr).toContain(`${shown}/report.html contains the figures`);
    expect(ran[2].stderr).toContain(`${shown}/model/model.onnx`);
  });
});

it.each([
  ["minimand", [], "Usage: minimand [options] [command]"],
  ["minimand bandit", ["bandit"], "Usage: minimand bandit [options] [command]"],
])("%s alone answers with its help, on stdout and with exit code 0", async (_, args, first) => {
  const { code, stdout, stderr } = await run(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout.split("\n")[0]).toBe(first);
  expect(stdout).toBe((await run([...args, "--help"])).stdout);
});
