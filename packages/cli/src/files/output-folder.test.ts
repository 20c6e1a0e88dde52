import { existsSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";
import { holdOutputFolder, inOutputFolder } from "./output-folder.ts";

const folder = temporaryFolder();
const files = ["report.html", "results.json"];
const isAnything = (_value: unknown): _value is unknown => true;

it("holds a folder without a store in it, against runs with other settings", async () => {
  const out = join(folder, "held");
  await holdOutputFolder({ out, files, run: { a: 1 } }, async () => {
    expect(existsSync(join(out, "trials"))).toBe(false);
    await expect(inOutputFolder({ out, files, run: { a: 2 } }, isAnything, async () => {})).rejects.toThrow(
      RangeError,
    );
    await holdOutputFolder({ out, files, run: { a: 1 } }, async () =>
      writeFileSync(join(out, "written"), ""),
    );
  });
  expect(readdirSync(out)).toContain("written");
});

it("says which option is to be mended", async () => {
  const [out, file] = [join(folder, "busy"), join(folder, "file")];
  await holdOutputFolder({ out, files, run: { a: 1 } }, async () => {
    await expect(holdOutputFolder({ out, files, run: { a: 2 } }, async () => {})).rejects.toThrow(
      /^\S+busy: expected a folder .* with other settings: name another --out, or wait until it has ended$/,
    );
  });
  writeFileSync(file, "");
  const below = join(file, "below");
  const refused = `--out: expected a folder that can be written, got ${below}: a part of the path is a file`;
  await expect(holdOutputFolder({ out: below, files, run: {} }, async () => {})).rejects.toThrow(refused);
});

it.each([
  [
    "without a store",
    (out: string, work: () => Promise<void>) => holdOutputFolder({ out, files, run: {} }, work),
  ],
  [
    "with one",
    (out: string, work: () => Promise<void>) => inOutputFolder({ out, files, run: {} }, isAnything, work),
  ],
])("leaves no folder that a run made and wrote nothing in, %s", async (_, hold) => {
  const out = join(folder, "a", "b");
  const refused = hold(out, async () => {
    expect(existsSync(out)).toBe(true);
    throw new Error("refused");
  });
  await expect(refused).rejects.toThrow("refused");
  expect(existsSync(join(folder, "a"))).toBe(false);
});

describe("results of another command in the folder", () => {
  const schema = "minimand.solve/1";
  const said = async (out: string, written: { files: string[]; schema?: string }): Promise<string> => {
    const texts: string[] = [];
    const write = vi.spyOn(process.stderr, "write").mockImplementation((text) => texts.push(`${text}`) > 0);
    await holdOutputFolder({ out, run: {}, ...written }, async () => {}).finally(() => write.mockRestore());
    return texts.join("");
  };
  const holding = (name: string, results: object, ...others: string[]): string => {
    const out = mkdtempSync(join(folder, "results-"));
    const versions = { minimand: "1" };
    writeFileSync(join(out, name), JSON.stringify({ versions, ...results }));
    for (const other of others) writeFileSync(join(out, other), "");
    return out;
  };

  it.each([
    ["in a file of that name", "results.json", { schema: "minimand.compare/2" }, []],
    ["of another version", "results.json", { schema: "minimand.solve/0" }, []],
    ["without a schema", "results.json", {}, []],
    ["with a page of that name", "report.json", { schema: "minimand.reproduction/1" }, ["report.html"]],
  ])("are announced %s", async (_, name, results, others) => {
    const out = holding(name, results, ...others);
    expect(await said(out, { files, schema })).toBe(
      `${out}: results of another command are there, and will be replaced\n`,
    );
  });

  it.each([
    ["of the same command", "results.json", { schema }, ["report.html"]],
    ["next to those that come", "report.json", { schema: "minimand.reproduction/1" }, []],
  ])("are not announced where they are %s", async (_, name, results, others) => {
    expect(await said(holding(name, results, ...others), { files, schema })).toBe("");
  });

  it("are not announced to a run that writes files of its own names", async () => {
    const out = holding("results.json", { schema: "minimand.compare/2" }, "report.html");
    expect(await said(out, { files: ["model-4bit.onnx"] })).toBe("");
  });
});
