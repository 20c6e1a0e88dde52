/*
 * The pictures of the pages, from a comparison of churn: `npx minimand compare churn --out FOLDER`, then
 * `npx node --conditions=minimand-source scripts/pictures.ts FOLDER`. Needs Chromium; CHROMIUM names another than `chromium`.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type DatasetReport, type Results, rankingFigure } from "@minimand/compare";
import * as Plot from "@observablehq/plot";
import { style } from "../packages/compare/src/report/page/style.ts";
import { svgDocument } from "../packages/compare/src/report/page/svg-document.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new TypeError("folder: expected that of a finished comparison, got none");
const { datasets } = JSON.parse(readFileSync(join(folder, "results.json"), "utf8")) as Results;
const width = 828;
picture("ranking.png", rankingFigure(datasets[0], svgDocument(), { width }));
picture("two-kinds-of-luck.png", luckFigure(datasets[0]));

/** Standard errors of the finalists' differences by rows and by fits, in points. */
function luckFigure({ ranking, finalists }: DatasetReport): SVGSVGElement {
  const parts = ranking.entries.flatMap(({ candidate, label, difference }) => {
    if (!finalists.includes(candidate) || difference === null || difference.p === null) return [];
    const { rows, fits } = difference.variance;
    return [
      { label, part: "other rows", points: 100 * Math.sqrt(rows) },
      { label, part: "other fits", points: 100 * Math.sqrt(fits) },
    ];
  });
  return Plot.plot({
    document: svgDocument(),
    width,
    height: 60 * finalists.length + 66,
    marginLeft: 220,
    marginRight: 100,
    marginBottom: 48,
    style: { fontSize: "13px", color: "currentColor", background: "none" },
    x: {
      label: "standard error of the difference to cross-entropy, points",
      labelAnchor: "center",
      nice: true,
    },
    y: { axis: null, domain: ["other rows", "other fits"] },
    fy: { label: null, domain: [...new Set(parts.map(({ label }) => label))], padding: 0.25 },
    marks: [
      Plot.barX(parts, {
        x: "points",
        y: "part",
        fy: "label",
        fill: ({ part }: { part: string }) =>
          part === "other rows" ? "var(--mm-better)" : "var(--mm-worse)",
      }),
      Plot.text(parts, {
        x: "points",
        y: "part",
        fy: "label",
        text: ({ part, points }: { part: string; points: number }) => `${part} ${points.toFixed(2)}`,
        textAnchor: "start",
        dx: 6,
      }),
      Plot.ruleX([0]),
    ],
  }) as SVGSVGElement;
}

function picture(name: string, figure: SVGSVGElement): void {
  const work = mkdtempSync(join(tmpdir(), "pictures-"));
  const page = join(work, "page.html");
  const height = Number(figure.getAttribute("height")) + 24;
  writeFileSync(
    page,
    `<!doctype html><meta charset="utf-8"><style>${style} body { margin: 12px; }</style>${figure.outerHTML}`,
  );
  execFileSync(process.env.CHROMIUM ?? "chromium", [
    ...["--headless", "--no-sandbox", "--hide-scrollbars", "--force-device-scale-factor=1.5"],
    ...[
      `--window-size=${width + 24},${height}`,
      `--screenshot=${join("docs", name)}`,
      pathToFileURL(page).href,
    ],
  ]);
  rmSync(work, { recursive: true });
}
