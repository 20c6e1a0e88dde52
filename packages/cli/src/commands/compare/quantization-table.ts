import { styleText } from "node:util";
import { type DatasetReport, fixed, metricName, plural } from "@minimand/compare";
import { changeHead, kilobytes, outcomeCells, widthsAreTested } from "@minimand/compare/report";
import { type WidthColumn, widthTable } from "../../terminal/width-table.ts";

/** What fewer bits cost the kept model, as text; null where nothing was quantised. */
export function quantizationTable(report: DatasetReport, width: number): string | null {
  const { quantization, ranking } = report;
  if (quantization === undefined) return null;
  const { float, widths } = quantization;
  const columns: WidthColumn[] = [
    { head: "weights", align: "left", keep: 9 },
    { head: "packed", align: "right", keep: 4 },
    { head: "file", align: "right", keep: 5 },
    { head: metricName(ranking.metric), align: "right", keep: 8 },
    { head: widthsAreTested(quantization) ? "difference (95 %)" : "difference", align: "right", keep: 7 },
    { head: changeHead(report).toLowerCase(), align: "right", keep: 2 },
  ];
  const fileOf = (bytes: number | null): string => (bytes === null ? "–" : kilobytes(bytes));
  const rows = [
    ["float32", kilobytes(float.bytes), fileOf(float.fileBytes), fixed(float.mean, 4)],
    ...widths.map((one) => [
      plural(one.bits, "bit"),
      kilobytes(one.bytes),
      fileOf(one.fileBytes),
      ...outcomeCells(one, report),
    ]),
  ];
  return `${styleText("bold", "Cost of fewer bits for the kept model")}\n${widthTable(columns, rows, width)}`;
}
