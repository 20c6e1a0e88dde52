import { describe, expect, it } from "vitest";
import { tableOf } from "../../../../test/support/tables.ts";
import type { Table } from "../read/table.ts";
import { predictResponses } from "./predict-pairs.ts";

const numeric = (name: string) =>
  ({ kind: "numeric", name, median: 0, mean: 0, sd: 1, missingIndicator: false }) as const;
const ofNumbers: Parameters<typeof predictResponses>[0] = {
  task: "preference",
  encoder: { features: [numeric("size"), numeric("price")], inputs: 2 },
};
const ofTexts = {
  task: "preference",
  encoder: {
    features: [
      { kind: "text", name: "response", rule: "words and pairs, fnv1a 15 bits", buckets: [], missing: false },
    ],
    inputs: 0,
  },
} as unknown as Parameters<typeof predictResponses>[0];

/** The size is the reward; of texts their length. */
async function bySize(table: Table) {
  const column = table.columns.find(({ name }) => name === "size" || name === "response")!;
  const predictions = Float64Array.from({ length: table.rows }, (_, row) => {
    const cell = column.at(row);
    return column.name === "size" ? Number(cell) : String(cell).length;
  });
  const unreadable = Int32Array.from([...predictions.keys()].filter((row) => Number.isNaN(predictions[row])));
  const prediction = { predictions, probabilities: new Float64Array(0), predicted: new Int32Array(0) };
  return { prediction, rows: table.rows, unreadable, notes: [{ level: "info", text: "once" } as const] };
}

const ask = async (text: string, description: Parameters<typeof predictResponses>[0] = ofNumbers) =>
  predictResponses(description, await tableOf(text), bySize);

describe("what a kept reward says of a file", () => {
  it("is a number a row of single responses", async () => {
    const { prediction } = await ask("price,size\n1,3\n1,-2\n");
    expect([...prediction.predictions]).toEqual([3, -2]);
  });

  it.each([
    ["first", "second"],
    ["chosen", "rejected"],
    ["a", "b"],
    ["1", "2"],
  ])(
    "is the probability of the first response of pairs, whose columns end in _%s and _%s",
    async (one, other) => {
      const { prediction, rows, unreadable, notes } = await ask(
        `size_${other},size_${one},price\n1,3,9\n2,2,9\n5,1,9\nx,1,9\n1,y,9\n`,
      );
      expect([rows, [...unreadable], notes.length]).toEqual([5, [3, 4], 1]);
      expect([...prediction.predicted].slice(0, 3)).toEqual([0, 0, 1]);
      const expected = [2, 0, -4].map((margin) => 1 / (1 + Math.exp(-margin)));
      for (const [row, p] of expected.entries()) {
        expect(prediction.probabilities[2 * row]).toBeCloseTo(p, 12);
        expect(prediction.probabilities[2 * row + 1]).toBeCloseTo(1 - p, 12);
      }
    },
  );

  it("is the same of texts", async () => {
    expect([...(await ask("response\nfour\nnine\n", ofTexts)).prediction.predictions]).toEqual([4, 4]);
    for (const names of ["first,second", "chosen,rejected", "response_a,response_b"]) {
      const { prediction } = await ask(`${names}\nlonger one,short\na,much longer\n`, ofTexts);
      expect([...prediction.predicted], names).toEqual([0, 1]);
    }
  });

  it("is refused of a file that is neither, with the columns that it may have", async () => {
    await expect(ask("size,colour\n1,red\n")).rejects.toThrow(
      /^a\.csv: expected the column 'price' of single responses, or pairs in columns such as 'size_first' and 'size_second', got only 'size', 'colour'$/,
    );
    await expect(ask("size_a,price_b\n1,2\n")).rejects.toThrow("expected the column 'size'");
    await expect(ask("text\nhello\n", ofTexts)).rejects.toThrow("such as 'first' and 'second'");
  });

  it("is what another model says of it, whatever its columns", async () => {
    const table = await tableOf("size_a,size_b\n1,2\n");
    const asked: Table[] = [];
    const predict = async (given: Table) => {
      asked.push(given);
      return bySize(await tableOf("size\n1\n"));
    };
    await predictResponses({ ...ofNumbers, task: "regression" }, table, predict);
    expect(asked).toEqual([table]);
  });
});
