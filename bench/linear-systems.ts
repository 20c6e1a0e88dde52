/*
 * Conjugate gradients beside those of scipy, on the same matrices and right-hand sides of ones, to 1e-8, with the same preconditioner or
 * the nearest that scipy has (its incomplete LU factor fills in, IC(0) doesn't); and multigrid, which scipy hasn't. Times are the least
 * of five solves, where methods are the same three times by turns, without what is made once for a matrix. A stencil is compared with
 * scipy's product of compressed rows, which is what one would use there.
 *
 *   npx node --conditions=minimand-source bench/linear-systems.ts        scipy is Debian's python3-scipy
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  conjugateGradient,
  incompleteCholesky,
  jacobi,
  type LinearOperator,
  type MatVec,
  multigrid,
  poisson2d,
  poisson3d,
  writeMatrixMarket,
} from "@minimand/lab/solvers";
import { startPython } from "./python.ts";
import { type Row, replaceSection, tableOf } from "./results.ts";

const systems = {
  "Poisson 64 x 64": poisson2d({ shape: [64, 64] }),
  "Poisson 128 x 128": poisson2d({ shape: [128, 128] }),
  "Poisson 256 x 256, open above": poisson2d({ shape: [256, 256], boundary: "neumannExceptTop" }),
  "Poisson 32 x 32 x 32": poisson3d({ shape: [32, 32, 32] }),
};
const tolerance = 1e-8;
/** Share of the iterations of scipy by which the same method may differ: by rounding. */
const most = 0.02;

interface Solved {
  milliseconds: number;
  iterations: number;
}

/** The least milliseconds of five solves, and the iterations. */
function solved(A: LinearOperator, preconditioner?: MatVec): Solved {
  const b = new Float64Array(A.size).fill(1);
  const options = { tolerance, maxIterations: 10_000, preconditioner };
  let iterations = 0;
  const milliseconds = leastTime(5, () => {
    ({ iterations } = conjugateGradient(A, b, options));
  });
  return { milliseconds, iterations };
}

function leastTime(times: number, run: () => void): number {
  const all = Array.from({ length: times }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return Math.min(...all);
}

/** What two find by turns, each with its least time. */
async function byTurns(
  turns: number,
  own: () => Solved,
  theirs: () => Promise<Solved>,
): Promise<[Solved, Solved]> {
  const found: [Solved, Solved][] = [];
  for (let i = 0; i < turns; i++) found.push([own(), await theirs()]);
  const least = (who: 0 | 1): Solved => ({
    ...found[0][who],
    milliseconds: Math.min(...found.map((each) => each[who].milliseconds)),
  });
  return [least(0), least(1)];
}

const text = ({ milliseconds, iterations }: Solved): string =>
  Number.isNaN(iterations)
    ? "doesn't converge"
    : `${Number(milliseconds.toPrecision(3))} ms, ${iterations} iterations`;

const python = await startPython("scipy-cg.py");
const folder = mkdtempSync(join(tmpdir(), "minimand-bench-"));
const rows: Row[] = [];
for (const [name, operator] of Object.entries(python === null ? {} : systems)) {
  const A = operator.toCsr();
  const file = join(folder, `${rows.length}.mtx`);
  writeFileSync(file, writeMatrixMarket(A));
  const theirs = async (solver: string): Promise<Solved> => ({
    milliseconds: await python!.ask(`time ${solver} ${file}`),
    iterations: await python!.ask(`iterations ${solver} ${file}`),
  });
  for (const [solver, other, matrix, preconditioner] of [
    ["cg", "cg", A, undefined],
    ["cg by its stencil", "cg", operator, undefined],
    ["Jacobi", "jacobi", A, jacobi(A)],
    ["IC(0), of scipy spilu", "ilu", A, incompleteCholesky(A)],
  ] as const) {
    const isSame = other !== "ilu";
    const [own, scipy] = await byTurns(
      isSame ? 3 : 1,
      () => solved(matrix, preconditioner),
      () => theirs(other),
    );
    rows.push([
      `${name}, ${solver}: minimand; ${python!.version}${isSame ? "; ratio" : ""}`,
      `${text(own)}; ${text(scipy)}${isSame ? `; ${(own.milliseconds / scipy.milliseconds).toFixed(1)}` : ""}`,
      isSame ? `iterations within ${100 * most} %` : "",
      !isSame || Math.abs(own.iterations - scipy.iterations) <= Math.max(1, most * scipy.iterations),
    ]);
    process.stderr.write(`${rows.at(-1)!.slice(0, 2).join(": ")}\n`);
  }
  const made = leastTime(5, () => multigrid(operator));
  rows.push([
    `${name}, multigrid: minimand, and its set-up`,
    `${text(solved(A, multigrid(operator)))}; ${Number(made.toPrecision(3))} ms`,
    "",
    true,
  ]);
}
rmSync(folder, { recursive: true });
python?.stop();
replaceSection({
  title: "Linear systems beside scipy",
  command: "npx node --conditions=minimand-source bench/linear-systems.ts",
  rows,
  ...(python === null && { missing: "scipy isn't installed" }),
});
console.log(tableOf(rows));
process.exitCode = rows.every(([, , , met]) => met) ? 0 : 1;
