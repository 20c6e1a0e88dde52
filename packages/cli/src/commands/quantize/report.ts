import { fixed, metricName, plural, traitsOf } from "@minimand/compare";
import { kilobytes } from "@minimand/compare/report";
import { printable } from "../../printable.ts";
import { type WidthColumn, widthTable } from "../../terminal/width-table.ts";
import type { Judged, QuantisedByRows } from "./quantise-rows.ts";

/** What {@link quantizeTable} shows. */
export interface QuantizeResult extends Omit<QuantisedByRows, "files" | "notes"> {
  task: keyof typeof traitsOf;
  method: string;
}

/** What each width has of bytes and costs, as text. */
export function quantizeTable({ task, method, rows, float, widths }: QuantizeResult, width: number): string {
  const { metric } = traitsOf[task];
  const numbers = task === "regression";
  const scored = float.metrics !== null;
  const columns: WidthColumn[] = [
    { head: "weights", align: "left", keep: 9 },
    { head: "packed", align: "right", keep: 4 },
    { head: "file", align: "right", keep: 5 },
    ...(scored ? [{ head: metricName(metric), align: "right", keep: 8 } as const] : []),
    { head: numbers ? "change (RMS)" : "changed", align: "right", keep: 7 },
    ...(scored && !numbers
      ? ([
          { head: "now wrong", align: "right", keep: 2 },
          { head: "now right", align: "right", keep: 2 },
        ] as const)
      : []),
  ];
  const scoreOf = (metrics: Judged["metrics"]): string[] => {
    if (!scored) return [];
    const value = metrics?.[metric] ?? null;
    return [value === null ? "" : fixed(value, 4)];
  };
  const ofJudged = ({ metrics, changed, flipped }: Judged): string[] => [
    ...scoreOf(metrics),
    numbers ? `${Number(changed.toPrecision(3))}` : `${changed} of ${rows.heldOut}`,
    ...(flipped === null ? [] : [`${flipped.lost}`, `${flipped.gained}`]),
  ];
  const table = widthTable(
    columns,
    [
      ["float32", kilobytes(float.bytes), kilobytes(float.fileBytes), ...scoreOf(float.metrics)],
      ...widths.flatMap(({ bits, layerBits, bytes, fileBytes, quantised, rounded }) => {
        const sizes = [kilobytes(bytes), kilobytes(fileBytes)];
        const all = new Set(layerBits).size === 1 ? "" : ` (${layerBits.join(" ")})`;
        return [
          [`${plural(bits, "bit")}${all}`, ...sizes, ...ofJudged(quantised)],
          ...(method === "ptq" ? [] : [["  rounded only", "", "", ...ofJudged(rounded)]]),
        ];
      }),
    ],
    width,
  );
  const labelled = rows.labelled === rows.heldOut ? "" : `, ${rows.labelled} of them labelled`;
  const lines = [
    table,
    `quantised with ${plural(rows.quantisedBy, "row")}, evaluated on ${plural(rows.heldOut, "other")}${labelled}`,
    ...widths.map(({ file, runtime }) => `${printable(file)}: ${runtimeText(runtime, numbers)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function runtimeText(runtime: QuantisedByRows["widths"][number]["runtime"], numbers: boolean): string {
  if (runtime === null) return "not run: ONNX Runtime is not installed";
  const { rows, same, otherClass } = runtime;
  const others = numbers ? "" : `, the same class for ${rows - otherClass}`;
  return `ONNX Runtime gives the same within 1e-5 for ${same} of ${plural(rows, "row")}${others}`;
}
