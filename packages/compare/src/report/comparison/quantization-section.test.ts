import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { datasetFixture, quantizationFixture, resultsFixture } from "../../../../../test/results-fixture.ts";
import { renderReport } from "../index.ts";

const report = datasetFixture();
const textOf = (element: Element | null | undefined): string =>
  (element?.textContent ?? "").replace(/\s+/g, " ").trim();

function rendered(
  given: Parameters<typeof quantizationFixture>[0],
  task: "binary" | "regression" = "binary",
) {
  const own = { ...datasetFixture({ task }), quantization: quantizationFixture(given) };
  const { document } = parseHTML(renderReport(resultsFixture([own]), "out"));
  const head = [...document.querySelectorAll("h3")].find((one) => textOf(one) === "Cost of fewer bits");
  const rows = [
    ...document.querySelectorAll('table[aria-label="What each width of the weights costs"] tr'),
  ].map((row) => [...row.children].map(textOf));
  return { head, rows, text: textOf(document.body) };
}

describe("what fewer bits cost, in the report", () => {
  it("has a row in float, one a width, and one as it was rounded", () => {
    const { head, rows, text } = rendered({});
    expect(head).toBeDefined();
    expect(rows.map(([first]) => first)).toEqual([
      ...["Weights", "float32", "8 bits", "rounded only", "4 bits (layers 8, 4, 8)", "rounded only"],
      ...["2 bits (layers 8, 2, 8)", "rounded only"],
    ]);
    expect(rows[4]).toEqual([
      ...["4 bits (layers 8, 4, 8)", "3.8 kB", "9.8 kB", "0.7300", "−0.0100 [−0.0200, 0.0000]", "3.0 %"],
    ]);
    expect(text).toContain("of 10 test folds was quantised on the rows that it was trained on");
    expect(text).toContain("model-8bit.onnx, model-4bit.onnx, model-2bit.onnx.");
  });

  it("says of numbers how far they move, and nothing of what wasn't tested or written", () => {
    const { rows, text } = rendered({ tested: false, files: false }, "regression");
    expect(rows[0].slice(-2)).toEqual(["Difference", "Change of medv (RMS)"]);
    expect(rows[4].slice(1)).toEqual(["3.8 kB", "–", "0.7300", "−0.0100", "0.03"]);
    expect(text).toContain("nothing can be tested here, so there are no intervals");
    expect(text).toContain("It has no ONNX files");
  });

  it("is left out where nothing was quantised", () => {
    expect(renderReport(resultsFixture([report]), "out")).not.toContain("Cost of fewer bits");
  });
});
