import { basename, join } from "node:path";
import { plural } from "@minimand/compare";
import { type Command, InvalidArgumentError, Option } from "commander";
import { didYouMean } from "minimand/engine";
import { writeMatrixMarket } from "minimand/solvers";
import { UsageError } from "../../failure.ts";
import { unmakeFolder } from "../../files/make-folder.ts";
import { makeOutputFolder } from "../../files/output-folder.ts";
import { replaceTogether } from "../../files/replace-together.ts";
import { printableJson, tell } from "../../printable.ts";
import { interruptible } from "../../run/interruptible.ts";
import { progressLine } from "../../run/progress.ts";
import { print } from "../../terminal/print.ts";
import { terminalWidth } from "../../terminal/terminal-width.ts";
import { versions } from "../../version.ts";
import { jsonOption, list, number, outOption, place, wholeNumber } from "../options.ts";
import { rowTables } from "../row-table.ts";
import { convergenceSvg, renderSolve, solveRows } from "./report.ts";
import type { SolveFile } from "./solve-file.ts";
import { type Solved, type SolverName, solveBy, solverHelp, solverNames } from "./solve-run.ts";
import { readMatrix, readRightHandSide } from "./system.ts";
import { normOf } from "./vectors.ts";

interface Options {
  rhs?: string;
  solver: SolverName[];
  tolerance: number;
  maxIterations?: number;
  vectors: number;
  out?: string;
  json: boolean;
}

/** `minimand solve MATRIX --rhs FILE`. */
export function define(command: Command): Command {
  return command
    .description(
      "Solve A x = b of a symmetric positive definite sparse matrix by conjugate gradients, and show how each solver converges.",
    )
    .argument("<matrix>", "Matrix Market file (real or integer, general or symmetric; also .gz); - for stdin")
    .option(
      "-b, --rhs <file>",
      "right-hand side: Matrix Market of one column, or one number a line (also .gz); 'ones' for ones",
      place,
    )
    .addOption(
      new Option(
        "--solver <a,b>",
        `of ${solverNames.map((name) => `${name} (${solverHelp[name]})`).join(", ")}; the first that converges gives the solution; default: ic`,
      )
        .argParser(solvers)
        .default(["ic"], "ic"),
    )
    .option(
      "--tolerance <x>",
      "residual to come to, as a share of the right-hand side; default: 1e-8",
      number,
      1e-8,
    )
    .option("--max-iterations <n>", "default: ten a row, at least 1000 and at most 100000", wholeNumber)
    .option("--vectors <n>", "Ritz vectors of deflated; default: 16", wholeNumber, 16)
    .addOption(outOption("minimand-solve-NAME"))
    .addOption(jsonOption("results.json"))
    .addHelpText(
      "after",
      `
Examples:
  minimand solve bridge.mtx --rhs load.txt
  minimand solve bridge.mtx.gz --rhs ones --solver cg,jacobi,ic,deflated --tolerance 1e-6
  minimand solve - --rhs load.mtx --out solved --json < bridge.mtx

The folder holds solution.mtx (where a solver converged), convergence.svg, report.html and results.json. Where none
converges, that is said and the exit code is 2.`,
    )
    .action(solve);
}

/** Names of solvers, each once. */
function solvers(text: string): SolverName[] {
  return [...new Set(list(text))].map((name) => {
    const found = solverNames.find((one) => one === name);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(
      `expected ${solverNames.join(", ")}, got '${name}'${didYouMean(name, solverNames)}`,
    );
  });
}

async function solve(path: string, options: Options): Promise<void> {
  const { rhs, tolerance, vectors, out = `minimand-solve-${nameOf(path)}` } = options;
  if (rhs === "-" && path === "-")
    throw new UsageError("--rhs: expected a file beside a matrix of stdin, got stdin, too");
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
  const created = await makeOutputFolder(out);
  await interruptible(async (signal) => {
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
    const scale = normOf(b) || 1;
    const file: SolveFile = {
      schema: "minimand.solve/1",
      created: new Date().toISOString(),
      versions: versions(),
      matrix: { ...matrix, rows: A.size, entries: stored },
      rightHandSide,
      ...{ tolerance, maxIterations, vectors },
      runs: solved.map(({ x: _, residualNorms, ...run }) => ({
        ...run,
        residuals: residualNorms.map((norm) => norm / scale),
      })),
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
    // A matrix that no solver takes leaves no folder.
  }, "begins anew").finally(() => unmakeFolder(out, created));
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
