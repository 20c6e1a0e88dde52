import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isMissing, parseNumber } from "../table/cells.ts";
import { readTable } from "../table/read-table.ts";
import { encode } from "./encode.ts";
import { fitEncoder } from "./encoder.ts";
import { folds } from "./folds.ts";
import { makeDataset } from "./make-dataset.ts";

interface Entry {
  name: string;
  file: string;
  task: string;
  target: string;
  rows: number;
  features: number;
  categorical: string[];
  missing: number;
  classes: string[];
  description: string;
  source: string;
  licence: string;
  sha256: string;
}

const folder = new URL("../../../../data/", import.meta.url);
const index: Entry[] = JSON.parse(readFileSync(new URL("index.json", folder), "utf8"));
const readme = readFileSync(new URL("README.md", folder), "utf8");

describe("the bundled data sets", () => {
  it("are all in the index, and nothing else", () => {
    const others = ["README.md", "index.json", "images", "text"];
    const files = readdirSync(folder).filter((file) => !others.includes(file));
    expect(index.map(({ file }) => file).sort()).toEqual(files.sort());
    expect(new Set(index.map(({ task }) => task))).toEqual(new Set(["binary", "multiclass", "regression"]));
    for (const entry of index) {
      expect(entry.file).toBe(`${entry.name}.csv.gz`);
      expect(entry.source).toMatch(/^(Debian|npm) \S+ \S+$/);
      expect(Math.min(entry.licence.length, entry.description.length)).toBeGreaterThan(10);
    }
  });

  it.each(index)(
    "$name has the checksum, the numbers and the task that index and README say",
    async (entry) => {
      const bytes = readFileSync(new URL(entry.file, folder));
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(entry.sha256);
      expect(readme).toContain(`\n${entry.sha256}  ${entry.file}\n`);
      const counts = `${entry.rows} | ${entry.features} (${entry.categorical.length})`;
      expect(readme).toContain(`| \`${entry.file}\` | ${counts} | ${entry.task}`);

      const table = await readTable(bytes, { name: entry.file });
      const inputs = table.columns.filter(({ name }) => name !== entry.target);
      expect([table.rows, inputs.length]).toEqual([entry.rows, entry.features]);
      expect(inputs.flatMap(({ cells }) => cells.filter(isMissing)).length).toBe(entry.missing);
      const texts = inputs.filter(({ cells }) =>
        cells.some((cell) => !isMissing(cell) && typeof parseNumber(cell) !== "number"),
      );
      expect(texts.map(({ name }) => name)).toEqual(entry.categorical);

      const dataset = makeDataset(table, { target: entry.target });
      expect([dataset.task, dataset.rows]).toEqual([entry.task, entry.rows]);
      expect(dataset.classes).toEqual(entry.classes.map((_, code) => String(code)));
      const { train, test } = folds(dataset, { folds: 5, seed: 0 })[0]!;
      const encoded = encode(fitEncoder(dataset, train), dataset, test);
      expect(encoded.x.length).toBe(test.length * encoded.inputs);
      expect(encoded.x.every((value) => Number.isFinite(value))).toBe(true);
    },
  );
});
