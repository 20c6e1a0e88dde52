import { type Curve, plural, seriesFigure } from "@minimand/compare";
import { figure, html, page, svgDocument } from "@minimand/compare/report";
import type { Row } from "@minimand/papers";
import { rowTable } from "../../report/row-table.ts";
import type { SolveFile } from "./solve-file.ts";

/** The solvers as rows of a table. */
export function solveRows({ runs }: SolveFile): Row[] {
  const shifted = runs.some(({ shift }) => shift > 0);
  return runs.map(({ solver, status, iterations, relativeResidual, setupSeconds, seconds, shift }) => ({
    solver,
    status: status === "maxIterations" ? "not converged" : status,
    iterations,
    "relative residual": relativeResidual === 0 ? "0" : relativeResidual.toExponential(2),
    "set-up in ms": Number((1000 * setupSeconds).toPrecision(3)),
    "iterations in ms": Number((1000 * seconds).toPrecision(3)),
    ...(shifted && { "added to diagonal": shift === 0 ? null : `${Number((100 * shift).toPrecision(3))} %` }),
  }));
}

const curvesOf = ({ runs }: SolveFile): Curve[] =>
  runs.map(({ solver, residuals }) => ({
    name: solver,
    xLabel: "iteration",
    yLabel: "relative residual",
    yScale: "log",
    x: residuals.map((_, k) => k),
    y: residuals,
  }));

/** The residuals by iteration as an SVG file of its own. */
export function convergenceSvg(file: SolveFile): string {
  const svg = seriesFigure(curvesOf(file), svgDocument(), { width: 832 });
  // A file of its own has no page to take these from.
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  svg.setAttribute("font-family", "system-ui, sans-serif");
  return `${svg.outerHTML}\n`;
}

/**
 * The report of `minimand solve` as one HTML file, see {@link page}: curves of the residuals, a table, and what was solved.
 *
 * @param file what `results.json` holds
 */
export function renderSolve(file: SolveFile): string {
  const { matrix, rightHandSide, runs, solution, tolerance, created, versions } = file;
  const rows = solveRows(file);
  const document = svgDocument();
  const best = runs.find(({ solver }) => solver === solution);
  const headline =
    best === undefined
      ? `No solver reached ${tolerance.toExponential()} on ${matrix.source}`
      : `${matrix.source} solved in ${plural(best.iterations, "iteration")} of ${best.solver}`;
  return page({
    title: headline,
    kind: "solution of a linear system",
    created,
    headline,
    lead: html`<p class="lede">${plural(matrix.rows, "unknown")}, ${plural(matrix.entries, "entry", "entries")}; the solvers stop
when the residual is ${tolerance.toExponential()} of the right-hand side.</p>`,
    sections: html`<section aria-labelledby="convergence"><h2 id="convergence">Convergence</h2>
${figure(
  (options) => seriesFigure(curvesOf(file), document, options),
  runs.length > 1
    ? "One panel per solver, all on the same axes; the pale curves are the other solvers."
    : null,
)}
${rowTable("Solvers", rows)}
</section>
<section aria-labelledby="system"><h2 id="system">System</h2>
<dl class="facts">
<div><dt>matrix</dt><dd>${matrix.source}</dd></div>
<div><dt>SHA-256</dt><dd><code>${matrix.sha256}</code></dd></div>
<div><dt>right-hand side</dt><dd>${rightHandSide.source}</dd></div>
${rightHandSide.sha256 === null ? null : html`<div><dt>SHA-256</dt><dd><code>${rightHandSide.sha256}</code></dd></div>`}
<div><dt>most iterations</dt><dd>${file.maxIterations}</dd></div>
</dl></section>`,
    footer: html`Written by minimand ${versions.minimand}. All numbers are in <code>results.json</code> next to this file.`,
  });
}
