import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Results } from "@minimand/compare";
import { beforeAll, expect, it } from "vitest";
import { temporaryFolder, tiny } from "../../../../../test/support/cli.ts";
import { oneProcess } from "../../one-process.fixture.ts";

const folder = temporaryFolder();
const at = (...path: string[]): string => join(folder, ...path);
const once = oneProcess(folder);
const run = (...args: string[]) => once(args);

// Every fifth insulin is a 0 that nobody measured; 'unknown' is no kind.
const lines = Array.from({ length: 60 }, (_, i) => {
  const insulin = i % 5 === 0 ? 0 : 40 + ((37 * i) % 100);
  const kind = i % 4 === 0 ? "unknown" : i % 2 === 0 ? "red" : "blue";
  return [insulin, (11 * i) % 23, kind, (31 * i) % 7 > 3 ? "yes" : "no"].join(",");
});
const compare = ["compare", "a.csv", "-t", "y", ...tiny];

beforeAll(async () => {
  writeFileSync(at("a.csv"), `insulin,age,kind,y\n${lines.join("\n")}\n`);
  const { code, stderr } = await run(
    ...compare,
    "--missing",
    "insulin=0",
    "--missing",
    "kind=unknown",
    "--out",
    "o",
  );
  expect(code).toBe(0);
  expect(stderr).toContain("insulin: 12 values '0' read as missing\n");
  expect(stderr).toContain("kind: 15 values 'unknown' read as missing\n");
});

it("values that stand for missing ones are said in the results, and kept with the model", async () => {
  const { settings, datasets }: Results = JSON.parse(readFileSync(at("o/results.json"), "utf8"));
  expect(settings.missing).toEqual({ insulin: ["0"], kind: ["unknown"] });
  expect(datasets[0]!.features.map(({ name, missing }) => [name, missing])).toEqual([
    ["insulin", 12],
    ["age", 0],
    ["kind", 15],
  ]);
  writeFileSync(at("new.csv"), "insulin,age,kind\n0,3,unknown\n0.0,3,\n,3,unknown\nNA,3,NA\n90,3,red\n");
  const rows = async (model: string): Promise<string[]> =>
    (await run("predict", model, "new.csv")).stdout.trim().split("\n").slice(1);
  const [first, ...others] = await rows("o");
  expect(others.slice(0, 3)).toEqual([first, first, first]);
  expect(others[3]).not.toBe(first);
  // The file that runs anywhere has the same.
  const [exported, ...more] = await rows("o/model/model.onnx");
  expect(more.slice(0, 3)).toEqual([exported, exported, exported]);
  expect(Number(exported!.split(",")[1])).toBeCloseTo(Number(first!.split(",")[1]), 5);
});

it("a comparison without the option asks about such values, and its trials are others", async () => {
  const { code, stderr, stdout } = await run(...compare, "--out", "o");
  expect(code).toBe(0);
  expect(stdout.replaceAll(/\s+/g, " ")).toContain("If they are, add --missing insulin=0 to the command.");
  expect(stderr).toContain(
    "insulin: 12 of 60 values are 0, far from all others; if 0 stands for a missing value, add --missing insulin=0\n",
  );
  expect(stderr).not.toContain("trials are already finished");
  expect(readFileSync(at("o/report.html"), "utf8")).toContain("--missing insulin=0");
});

it("columns with a comma in their name are named in double quotes", async () => {
  writeFileSync(at("comma.csv"), `"insulin, U",age,"a, b",y\n${lines.join("\n")}\n`);
  const { code, stderr } = await run(
    ...["compare", "comma.csv", "-t", "y", ...tiny, "--out", "comma"],
    ...["--missing", 'age=3,"insulin, U"=0', "--ignore", '"a, b"'],
  );
  expect(code).toBe(0);
  expect(stderr).toContain("insulin, U: 12 values '0' read as missing\n");
  const { settings }: Results = JSON.parse(readFileSync(at("comma/results.json"), "utf8"));
  expect(settings).toMatchObject({ ignore: ["a, b"], missing: { "insulin, U": ["0"], age: ["3"] } });
});

it.each([
  ["insulin", "expected COLUMN=VALUE, got 'insulin'"],
  ["insulin=", "expected COLUMN=VALUE, got 'insulin='"],
  [
    "insuln=0",
    "missing: expected a column of the file ('insulin', 'age', 'kind', 'y'), got 'insuln': did you mean 'insulin'?",
  ],
  ["y=no", "a.csv: target 'y': expected at least two classes, got only 'yes'"],
])("--missing %s is refused in one line", async (given, message) => {
  const { code, stdout, stderr } = await run(...compare, "--missing", given, "--out", "refused");
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^minimand: [^\n]+\n$/);
  expect(stderr).toContain(message);
});
