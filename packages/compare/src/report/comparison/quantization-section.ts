import { plural } from "../../plural.ts";
import type { DatasetReport, QuantizationReport, QuantizedOutcome } from "../../results.ts";
import { fixed, labelOf, metricName, quantizationFigure, signed } from "../figures/index.ts";
import { kilobytes } from "../format.ts";
import { figure } from "../page/figure.ts";
import type { Child, Markup } from "../page/markup.ts";
import { html } from "../page/markup.ts";
import { type Row, table } from "../page/table.ts";

/** Writes the section on what fewer bits cost the kept model: a figure of the metric by kilobytes, and the numbers. */
export function quantizationSection(report: DatasetReport, document: Document): Markup | null {
  const { quantization, ranking } = report;
  if (quantization === undefined) return null;
  const metric = metricName(ranking.metric);
  const { float, widths } = quantization;
  const rows = widths.flatMap((width): Row[] => {
    const { bits, bytes, fileBytes, rounded } = width;
    return [
      {
        cells: [
          html`${plural(bits, "bit")}${layersText(width)}`,
          kilobytes(bytes),
          fileBytes === null ? "–" : kilobytes(fileBytes),
          ...outcomeCells(width, report),
        ],
      },
      { className: "muted", cells: ["rounded only", "", "", ...outcomeCells(rounded, report)] },
    ];
  });
  const floatRow: Row = {
    className: "baseline",
    cells: [
      "float32",
      kilobytes(float.bytes),
      float.fileBytes === null ? "–" : kilobytes(float.fileBytes),
      fixed(float.mean, 4),
      "",
      "",
    ],
  };
  return html`<h3>Cost of fewer bits</h3>
${figure((options) => quantizationFigure(report, document, options), caption(report))}
${table(
  "What each width of the weights costs",
  [
    { head: "Weights" },
    { head: "Packed", numeric: true },
    { head: "ONNX file", numeric: true },
    { head: metric, numeric: true },
    { head: widthsAreTested(quantization) ? "Difference (95 %)" : "Difference", numeric: true },
    { head: changeHead(report), numeric: true },
  ],
  [floatRow],
  rows,
)}
<p class="muted">${howText(report, quantization)}</p>`;
}

/** Which layers have other bits. */
function layersText({ bits, layerBits }: QuantizationReport["widths"][number]): string {
  return layerBits.every((own) => own === bits) ? "" : ` (layers ${layerBits.join(", ")})`;
}

export const changeHead = ({ task, target }: Pick<DatasetReport, "task" | "target">): string =>
  task === "regression" ? `Change of ${target} (RMS)` : "Changed class";

/** Returns the metric, the difference and the change as text. */
export function outcomeCells(
  { mean, difference, change }: QuantizedOutcome,
  report: DatasetReport,
): string[] {
  return [fixed(mean, 4), differenceText(difference), changeText(change, report)];
}

function differenceText(difference: QuantizedOutcome["difference"]): string {
  if (difference === null) return "–";
  const { mean, low, high } = difference;
  return low === null || high === null
    ? signed(mean, 4)
    : `${signed(mean, 4)} [${signed(low, 4)}, ${signed(high, 4)}]`;
}

function changeText(change: number | null, { task }: Pick<DatasetReport, "task">): string {
  if (change === null) return "–";
  return task === "regression" ? `${Number(change.toPrecision(3))}` : `${fixed(100 * change, 1)} %`;
}

/** Whether differences have an interval. */
export const widthsAreTested = ({ widths }: QuantizationReport): boolean =>
  widths.some(({ difference }) => difference !== null && difference.low !== null);

function caption(report: DatasetReport): Child {
  const { quantization, ranking } = report;
  const bars = widthsAreTested(quantization!)
    ? " The bar is the 95 % interval of the difference to the float networks (dashed line), drawn around them: a difference whose bar crosses the line is not significant."
    : " The dashed line is the float networks; nothing can be tested here, so there are no intervals.";
  const metric = metricName(ranking.metric).replace(/^./, (letter) => letter.toUpperCase());
  return html`${metric} by kilobytes of the kept model, on a logarithmic axis. A dot is the size of its parameters with codes packed
into as few bytes as they need, the ring that of its ONNX file, which also encodes the table: there weights of 2 to 4 bits take half a byte.${bars}`;
}

/** What was compared, and how. */
function howText(
  report: DatasetReport,
  { candidate, seeds, folds, activationBits, widths }: QuantizationReport,
): Child {
  const parts =
    report.testRows === null ? `${plural(seeds.length * folds, "test fold")}` : plural(seeds.length, "seed");
  return html`Each network of ${labelOf(report, candidate)} of ${parts} was quantised on the rows that it was trained on: step sizes by
calibration, then weights and step sizes fine-tuned to give the outputs of the float network, without labels. Networks that fine-tuning brought no
closer stayed rounded. Float and quantised networks predict the same test rows: the difference is paired and tested like those of losses,
without correction for the number of widths. Inputs of layers have ${activationBits} bits. Sizes are those of the kept model, 1 kB is 1000 bytes. ${
    widths.every(({ file }) => file === null)
      ? "It has no ONNX files, as it reads free text."
      : html`Its files are next to <code>model.onnx</code> and are used the same way: ${widths.map(
          ({ file }, i) => html`${i === 0 ? "" : ", "}<code>${file}</code>`,
        )}.`
  }`;
}
