import { describe, expect, it } from "vitest";
import { bundled } from "../../../../test/support/bundled.ts";
import { isMissing, parseNumber } from "../read/cells.ts";
import { readTable } from "../read/read-table.ts";
import { encode } from "./encode.ts";
import { fitEncoder } from "./encoder.ts";
import { folds } from "./folds.ts";
import { makeDataset } from "./make-dataset.ts";

type Text = Record<
  "name" | "file" | "task" | "target" | "description" | "source" | "licence" | "sha256",
  string
>;
type Entry = Text &
  Record<"rows" | "features" | "missing", number> &
  Record<"categorical" | "classes", string[]>;

const { index, readme, read, complete } = bundled<Entry>("");

describe("the bundled data sets", () => {
  it("are all in the index, and nothing else", () => {
    complete(
      index.map(({ file }) => file),
      ["index.json", "images", "photographs", "text"],
    );
    expect(new Set(index.map(({ task }) => task))).toEqual(new Set(["binary", "multiclass", "regression"]));
    for (const { name, file } of index) expect(file).toBe(`${name}.csv.gz`);
  });

  it.each(index)(
    "$name has the checksum, the numbers and the task that index and README say",
    async (entry) => {
      const bytes = read(entry.file, entry.sha256);
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
