/*
 * Conjugate gradients beside those of scipy, on the same matrices and right-hand sides of ones, to 1e-8, with the same preconditioner or
 * the nearest that scipy has (its incomplete LU factor fills in, IC(0) doesn't); and multigrid, which scipy hasn't. Times are the least
 * of five solves, without what is made once for a matrix.
 *
 *   npx node --conditions=minimand-source bench/linear-systems.ts        scipy is Debian's python3-scipy
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type CsrMatrix,
  conjugateGradient,
  incompleteCholesky,
  jacobi,
  type MatVec,
  multigrid,
  poisson2d,
  poisson3d,
  writeMatrixMarket,
} from "minimand/solvers";
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

/** The least milliseconds of five solves, and the iterations. */
function solved(A: CsrMatrix, preconditioner?: MatVec): { milliseconds: number; iterations: number } {
  const b = new Float64Array(A.size).fill(1);
  const options = { tolerance, maxIterations: 10_000, preconditioner };
  let least = Number.POSITIVE_INFINITY;
  let iterations = 0;
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    ({ iterations } = conjugateGradient(A, b, options));
    least = Math.min(least, performance.now() - start);
  }
  return { milliseconds: least, iterations };
}

const text = ({ milliseconds, iterations }: ReturnType<typeof solved>): string =>
  Number.isNaN(iterations)
    ? "doesn't converge"
    : `${milliseconds.toPrecision(3)} ms, ${iterations} iterations`;

const python = await startPython("scipy-cg.py");
const folder = mkdtempSync(join(tmpdir(), "minimand-bench-"));
const rows: Row[] = [];
for (const [name, operator] of Object.entries(python === null ? {} : systems)) {
  const A = operator.toCsr();
  const file = join(folder, `${rows.length}.mtx`);
  writeFileSync(file, writeMatrixMarket(A));
  const theirs = async (solver: string): Promise<ReturnType<typeof solved>> => ({
    milliseconds: await python!.ask(`time ${solver} ${file}`),
    iterations: await python!.ask(`iterations ${solver} ${file}`),
  });
  for (const [solver, other, preconditioner] of [
    ["cg", "cg", undefined],
    ["Jacobi", "jacobi", jacobi(A)],
    ["IC(0), of scipy spilu", "ilu", incompleteCholesky(A)],
  ] as const) {
    const [own, scipy] = [solved(A, preconditioner), await theirs(other)];
    const isSame = other !== "ilu";
    rows.push([
      `${name}, ${solver}: minimand; ${python!.version}`,
      `${text(own)}; ${text(scipy)}`,
      isSame ? `iterations within ${100 * most} %` : "",
      !isSame || Math.abs(own.iterations - scipy.iterations) <= Math.max(1, most * scipy.iterations),
    ]);
    process.stderr.write(`${rows.at(-1)!.slice(0, 2).join(": ")}\n`);
  }
  rows.push([`${name}, multigrid: minimand`, text(solved(A, multigrid(operator))), "", true]);
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
