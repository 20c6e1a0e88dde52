import { type Command, InvalidArgumentError, Option } from "commander";
import { didYouMean } from "minimand/engine";
import { jsonOption, list, number, outOption, place, wholeNumber } from "../options.ts";
import type { SolveOptions } from "./run.ts";
import { type SolverName, solverHelp, solverNames } from "./solver-names.ts";

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
        `of ${solverNames.map((name) => `${name} (${solverHelp[name]})`).join(", ")}. The first that converges gives the solution. Default: ic`,
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
    .option("--max-iterations <n>", "default: ten per row, at least 1000 and at most 100000", wholeNumber)
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
    .action(async (matrix: string, options: SolveOptions) => {
      const { solve } = await import("./run.ts");
      await solve(matrix, options);
    });
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
