import * as Plot from "@observablehq/plot";
import type { DatasetReport, QuantizationReport } from "../../results.ts";
import { extent, logTicks } from "./axis.ts";
import { draw, type FigureOptions, narrow, widthOf } from "./draw.ts";
import { color } from "./palette.ts";
import { fixed, metricName } from "./text.ts";

/** A network: float, or of a given width in bits. */
interface Point {
  name: string;
  /** kB of parameters, and of the ONNX file. */
  packed: number;
  file: number | null;
  value: number;
  low: number | null;
  high: number | null;
}

/**
 * Draws what each width costs: the metric by kilobytes on a logarithmic axis. A dot is at the bytes of the packed parameters, a ring at
 * those of the ONNX file. A bar is the 95 % interval of the difference to the float network, which is a dashed line.
 *
 * @param report one data set of `results.json`
 * @param document the page's document, or one of linkedom
 * @param options width
 * @returns an `svg` element that belongs to `document`; null where nothing was quantised, or nothing of it can be shown
 * @example figure.append(quantizationFigure(results.datasets[0], document));
 */
export function quantizationFigure(
  report: Pick<DatasetReport, "quantization" | "ranking">,
  document: Document,
  options: FigureOptions = {},
): SVGSVGElement | null {
  const { quantization, ranking } = report;
  if (quantization === undefined || quantization.float.mean === null) return null;
  const float = quantization.float.mean;
  const points = pointsOf(quantization, float);
  const width = widthOf(options);
  const metric = metricName(ranking.metric);
  const sizes = points.flatMap(({ packed, file }) => [packed, ...(file === null ? [] : [file])]);
  const xs = extent(sizes, 0.12, "log");
  const ys = extent(
    points.flatMap(({ value, low, high }) => [value, ...(low === null || high === null ? [] : [low, high])]),
    0.1,
  );
  const ofWidths = points.slice(1);
  const tested = ofWidths.filter(({ low }) => low !== null);
  const filed = points.filter(({ file }) => file !== null);
  const text = ({ name, packed, file, value, low, high }: Point): string =>
    `${name}: ${metric} ${fixed(value, 4)}${low === null || high === null ? "" : ` [${fixed(low, 4)}, ${fixed(high, 4)}]`}, ${sized(packed)} kB packed${file === null ? "" : `, file of ${sized(file)} kB`}`;
  return draw(
    document,
    `${metric} by kilobytes`,
    `${metric} by kilobytes, for each width of weights. ${points.map(text).join("; ")}.`,
    {
      width,
      height: narrow(width) ? 280 : 330,
      marginLeft: 58,
      marginRight: 28,
      marginTop: 30,
      marginBottom: 44,
      x: { domain: xs, type: "log", label: null },
      y: { domain: ys, label: null },
      marks: [
        Plot.gridY({ stroke: color("line"), strokeOpacity: 0.6, ticks: 5 }),
        Plot.axisX({ ticks: logTicks(xs, 6), tickFormat: kilo, label: null }),
        Plot.axisY({ ticks: 5, label: null }),
        Plot.text(["kB, of the model that is kept"], { frameAnchor: "bottom", dy: 38, fill: color("muted") }),
        Plot.text([metric], { frameAnchor: "top-left", dx: -50, dy: -22, fill: color("muted") }),
        Plot.ruleY([float], { stroke: color("same"), strokeDasharray: "4 3", className: "mm-reference" }),
        Plot.link(filed, {
          x1: "packed",
          x2: "file",
          y1: "value",
          y2: "value",
          stroke: color("same"),
          strokeWidth: 1.2,
        }),
        Plot.ruleX(tested, {
          x: "packed",
          y1: "low",
          y2: "high",
          stroke: color("better"),
          strokeWidth: 2,
          className: "mm-interval",
        }),
        Plot.dot(filed, {
          x: "file",
          y: "value",
          r: 4,
          stroke: color("same"),
          strokeWidth: 1.6,
          fill: color("surface"),
          title: text,
          className: "mm-file",
        }),
        Plot.dot(points, {
          x: "packed",
          y: "value",
          r: 4.5,
          fill: ({ name }: Point) => (name === points[0].name ? color("ink") : color("better")),
          title: text,
          className: "mm-width",
        }),
        Plot.text(points, {
          x: "packed",
          y: "value",
          text: "name",
          textAnchor: "start",
          dx: 8,
          dy: -11,
          fill: "currentColor",
          stroke: color("surface"),
          strokeWidth: 5,
        }),
      ],
    },
  );
}

const kilo = (value: number): string =>
  value < 1 ? `${Number(value.toPrecision(2))}` : `${Math.round(value)}`;

/** Of less than a tenth of a kB every byte. */
const sized = (value: number): string => fixed(value, value < 0.1 ? 3 : 1);

/** The float network first. */
function pointsOf({ float, widths }: QuantizationReport, mean: number): Point[] {
  const bytes = (n: number | null): number | null => (n === null ? null : n / 1000);
  return [
    {
      name: "float32",
      packed: float.bytes / 1000,
      file: bytes(float.fileBytes),
      value: mean,
      low: null,
      high: null,
    },
    ...widths.flatMap(({ bits, bytes: packed, fileBytes, mean: value, difference }): Point[] => {
      if (value === null) return [];
      const { low = null, high = null } = difference ?? {};
      return [
        {
          name: `${bits} bits`,
          packed: packed / 1000,
          file: bytes(fileBytes),
          value,
          low: low === null ? null : mean + low,
          high: high === null ? null : mean + high,
        },
      ];
    }),
  ];
}
