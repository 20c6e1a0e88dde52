import { basename, join } from "node:path";
import { plural } from "@minimand/compare";
import { writeMatrixMarket } from "@minimand/lab/solvers";
import { UsageError } from "../../failure.ts";
import { holdOutputFolder } from "../../files/output-folder.ts";
import { replaceTogether } from "../../files/replace-together.ts";
import { printableJson, tell } from "../../printable.ts";
import { interruptible } from "../../run/interruptible.ts";
import { progressLine } from "../../run/progress.ts";
import { print } from "../../terminal/print.ts";
import { terminalWidth } from "../../terminal/terminal-width.ts";
import { versions } from "../../version.ts";
import { rowTables } from "../row-table.ts";
import { convergenceSvg, renderSolve, solveRows } from "./report.ts";
import type { SolveFile } from "./solve-file.ts";
import { type Solved, solveBy } from "./solve-run.ts";
import type { SolverName } from "./solver-names.ts";
import { readMatrix, readRightHandSide } from "./system.ts";

/** What `minimand solve` was asked. */
export interface SolveOptions {
  rhs?: string;
  solver: SolverName[];
  tolerance: number;
  maxIterations?: number;
  vectors: number;
  out?: string;
  json: boolean;
}

/** Solves a system, and writes the solution and a report. */
export async function solve(path: string, options: SolveOptions): Promise<void> {
  const { rhs, tolerance, vectors, out = `minimand-solve-${nameOf(path)}` } = options;
  if (rhs === "-" && path === "-")
    throw new UsageError("--rhs: expected a file if the matrix comes from stdin, got stdin, too");
  if (!(tolerance > 0 && tolerance < 1))
    throw new RangeError(`--tolerance: expected a number > 0 and < 1, got ${tolerance}`);
  if (!(vectors >= 1)) throw new RangeError(`--vectors: expected an integer >= 1, got ${vectors}`);
  const { A, stored, ...matrix } = await readMatrix(path);
  // Whoever gave what is no matrix has no right-hand side of it, either.
  if (rhs === undefined)
    throw new UsageError("--rhs: expected a file with the right-hand side, or 'ones', got none");
  const { b, ...rightHandSide } = await readRightHandSide(rhs, A.size);
  const { maxIterations = Math.min(1e5, Math.max(1000, 10 * A.size)) } = options;
  if (!(maxIterations >= 1))
    throw new RangeError(`--max-iterations: expected an integer >= 1, got ${maxIterations}`);
  const schema = "minimand.solve/1";
  const output = {
    out,
    run: { command: "solve", ...options, matrix, rightHandSide, json: false, out: "" },
    files: ["report.html", "results.json", "convergence.svg", "solution.mtx"],
    schema,
  };
  const work = async (signal: AbortSignal): Promise<void> => {
    tell(`${matrix.source}: ${plural(A.size, "unknown")}, ${plural(stored, "entry", "entries")}`);
    const solved: Solved[] = [];
    for (const solver of options.solver) {
      const line = progressLine(process.stderr);
      const progress = (done: number, residual: number): void =>
        line.update(
          done,
          maxIterations,
          `iterations of ${solver} at most, residual ${residual.toExponential(1)}`,
          null,
        );
      const limits = { tolerance, maxIterations, vectors, signal, progress };
      const run = await solveBy(solver, A, b, limits).finally(line.clear);
      if (run.shift > 0)
        tell(`ic: the matrix has no incomplete factor; that of A + ${run.shift} diag(A) is used`);
      solved.push(run);
    }
    const best = solved.find(({ status }) => status === "converged");
    const beyond = best?.x.findIndex((value) => !Number.isFinite(value)) ?? -1;
    if (best !== undefined && beyond >= 0)
      throw new UsageError(
        `${rightHandSide.source}: expected a right-hand side whose solution is below 1.8e308, got ${best.x[beyond]} for unknown ${beyond + 1}`,
      );
    const file: SolveFile = {
      schema,
      created: new Date().toISOString(),
      versions: versions(),
      matrix: { ...matrix, rows: A.size, entries: stored },
      rightHandSide,
      tolerance,
      maxIterations,
      vectors,
      runs: solved.map(({ x: _, ...run }) => run),
      solution: best?.solver ?? null,
    };
    await replaceTogether(out, {
      "report.html": renderSolve(file),
      "results.json": `${JSON.stringify(file, null, 1)}\n`,
      "convergence.svg": convergenceSvg(file),
      "solution.mtx": best === undefined ? null : writeMatrixMarket(best.x, solutionComment(file, best)),
    });
    print(options.json ? `${printableJson(file)}\n` : `${rowTables(solveRows(file), terminalWidth())}\n`);
    if (best === undefined) throw new UsageError(failureOf(solved, file));
  };
  await holdOutputFolder(output, () => interruptible(work, "begins anew"));
  tell(`${join(out, "solution.mtx")} has the solution, ${join(out, "report.html")} the figure`);
}

const solutionComment = (
  { matrix, rightHandSide }: SolveFile,
  { solver, relativeResidual }: Solved,
): string =>
  `solution of ${basename(matrix.source)} with ${basename(rightHandSide.source)} by ${solver}, relative residual ${relativeResidual.toExponential(2)}`;

function failureOf(solved: readonly Solved[], { tolerance, maxIterations }: SolveFile): string {
  const least = solved.reduce((a, b) => (b.relativeResidual < a.relativeResidual ? b : a));
  const got = `${least.relativeResidual.toExponential(1)} by ${least.solver}`;
  return `--tolerance: expected a relative residual of ${tolerance.toExponential()} within ${plural(maxIterations, "iteration")}, got ${got}; --max-iterations allows more`;
}

const nameOf = (path: string): string =>
  path === "-" ? "stdin" : basename(path).replace(/(\.mtx)?(\.gz)?$/i, "") || "matrix";
