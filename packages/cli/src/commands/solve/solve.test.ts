import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { poisson2d, readMatrixMarket, writeMatrixMarket } from "@minimand/lab/solvers";
import { describe, expect, it } from "vitest";
import { everythingIn, minimand, start, temporaryFolder } from "../../../../../test/support/cli.ts";
import { oneProcess } from "../../one-process.fixture.ts";
import type { SolveFile } from "./solve-file.ts";

const refused = oneProcess();

const A = poisson2d({ shape: [20, 20] });
const x = Float64Array.from({ length: A.size }, (_, i) => Math.sin(i));
const b = A.matvec(x);
const singular = "%%MatrixMarket matrix coordinate integer symmetric\n2 2 3\n1 1 1\n2 1 -1\n2 2 1\n";

function withSystem(): string {
  const folder = temporaryFolder();
  const put = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);
  put("A.mtx", writeMatrixMarket(A.toCsr()));
  put("A.mtx.gz", gzipSync(writeMatrixMarket(A.toCsr())));
  put("b.mtx", writeMatrixMarket(b));
  put("b.txt", `# load\n${[...b].join("\n")}\n\n`);
  return folder;
}

describe.concurrent("minimand solve", () => {
  it("solves, writes solution, figure and numbers, and reads its own solution again", async () => {
    const cwd = withSystem();
    const args = ["solve", "A.mtx", "--rhs", "b.txt", "--solver", "cg,jacobi,ic,deflated"];
    const { code, stdout, stderr } = await minimand(args, { cwd });
    expect([code, stderr]).toEqual([0, expect.stringContaining("A.mtx: 400 unknowns, 1920 entries")]);
    expect(
      stdout
        .split("\n")
        .slice(1, 5)
        .map((line) => line.split(/ +/).slice(0, 2)),
    ).toEqual(["cg", "jacobi", "ic", "deflated"].map((solver) => [solver, "converged"]));
    const out = join(cwd, "minimand-solve-A");
    expect(everythingIn(out)).toEqual(["convergence.svg", "report.html", "results.json", "solution.mtx"]);
    const solution = readMatrixMarket(readFileSync(join(out, "solution.mtx"), "utf8"));
    expect([solution.rows, solution.columns]).toEqual([400, 1]);
    x.forEach((value, i) => {
      expect(solution.value[i]).toBeCloseTo(value, 6);
    });
    const figure = readFileSync(join(out, "convergence.svg"), "utf8");
    expect(figure).toMatch(/^<svg .*xmlns="http/);
    expect(figure).toMatch(
      />relative residual<\/text>[\s\S]*>iteration<\/text>|>iteration<\/text>[\s\S]*>relative residual<\/text>/,
    );
    const again = await minimand(["solve", "A.mtx", "--rhs", join(out, "solution.mtx"), "--json"], { cwd });
    const { runs, solution: by } = JSON.parse(again.stdout) as SolveFile;
    expect([by, runs[0].residuals.length]).toEqual(["ic", runs[0].iterations + 1]);
    expect(runs[0].relativeResidual).toBeLessThan(1e-8);
  });

  it("reads gzip and stdin, and needs no file for ones", async () => {
    const cwd = withSystem();
    const packed = await minimand(["solve", "A.mtx.gz", "--rhs", "b.mtx"], { cwd });
    expect(packed.code).toBe(0);
    const stdin = readFileSync(join(cwd, "A.mtx"));
    const piped = await minimand(["solve", "-", "--rhs", "ones", "--out", "o", "--quiet"], { cwd, stdin });
    expect([piped.code, piped.stderr]).toEqual([0, ""]);
    expect(everythingIn(join(cwd, "o"))).toContain("solution.mtx");
  });

  it("says where an incomplete factor had to be shifted", async () => {
    const cwd = temporaryFolder();
    const kershaw = "%%MatrixMarket matrix array real symmetric\n4 4\n3\n-2\n0\n2\n3\n-2\n0\n3\n-2\n3\n";
    writeFileSync(join(cwd, "K.mtx"), kershaw);
    const { code, stderr, stdout } = await minimand(["solve", "K.mtx", "--rhs", "ones"], { cwd });
    expect(code).toBe(0);
    expect(stderr).toMatch(/ic: the matrix has no incomplete factor; that of A \+ 0\.\d+ diag\(A\) is used/);
    expect(stdout).toMatch(/added to diagonal[\s\S]*25\.6 %/);
  });

  it("keeps what it has where nothing converges, without a solution, and says so", async () => {
    const cwd = withSystem();
    const { code, stdout, stderr } = await minimand(
      ["solve", "A.mtx", "--rhs", "ones", "--solver", "cg", "--max-iterations", "3"],
      { cwd },
    );
    expect(code).toBe(2);
    expect(stdout).toContain("not converged");
    expect(stderr).toMatch(
      /--tolerance: expected a relative residual of 1e-8 within 3 iterations, got .* by cg/,
    );
    expect(everythingIn(join(cwd, "minimand-solve-A"))).not.toContain("solution.mtx");
  });

  it.each([1e308, 5e-324, 1e-200])("solves for a right-hand side of %d as for 1", async (size) => {
    const cwd = temporaryFolder();
    writeFileSync(
      join(cwd, "A.mtx"),
      "%%MatrixMarket matrix coordinate real symmetric\n2 2 2\n1 1 1\n2 2 2\n",
    );
    writeFileSync(join(cwd, "b.txt"), `${size}\n${size}\n`);
    for (const solver of ["cg", "jacobi", "ic", "deflated"]) {
      const { code } = await refused(["solve", "A.mtx", "--rhs", "b.txt", "--solver", solver], { cwd });
      expect([solver, code]).toEqual([solver, 0]);
      const solved = JSON.parse(
        readFileSync(join(cwd, "minimand-solve-A", "results.json"), "utf8"),
      ) as SolveFile;
      expect(solved.runs[0].relativeResidual).toBeLessThan(1e-8);
      expect(solved.runs[0].residuals[0]).toBe(1);
      const { value } = readMatrixMarket(readFileSync(join(cwd, "minimand-solve-A", "solution.mtx"), "utf8"));
      expect([value[0] / size, value[1]]).toEqual([expect.closeTo(1), expect.closeTo(size / 2, -300)]);
    }
  });

  it("reads files that begin with a byte order mark", async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "A.mtx"), "\ufeff%%MatrixMarket matrix coordinate real general\n1 1 1\n1 1 4\n");
    writeFileSync(join(cwd, "b.txt"), "\ufeff2\n");
    const { code, stderr } = await minimand(["solve", "A.mtx", "--rhs", "b.txt"], { cwd });
    expect([code, stderr]).toEqual([0, expect.stringContaining("A.mtx: 1 unknown, 1 entry\n")]);
  });

  const refusals: [name: string, files: Record<string, string>, args: string[], message: RegExp][] = [
    [
      "no right-hand side",
      {},
      ["A.mtx"],
      /^minimand: --rhs: expected a file with the right-hand side, or 'ones', got none$/m,
    ],
    [
      "a solver that is none",
      {},
      ["A.mtx", "-b", "ones", "--solver", "ci"],
      /expected cg, jacobi, ic, deflated, got 'ci'/,
    ],
    [
      "a right-hand side of another size",
      { "c.txt": "1\n2\n" },
      ["A.mtx", "-b", "c.txt"],
      /c\.txt: expected 400 numbers, one a row of the matrix, got 2$/m,
    ],
    [
      "a word among numbers",
      { "c.txt": "1\ntwo\n" },
      ["A.mtx", "-b", "c.txt"],
      /c\.txt: line 2: expected a number, got "two"$/m,
    ],
    [
      "a matrix that isn't symmetric",
      { "N.mtx": "%%MatrixMarket matrix coordinate real general\n2 2 3\n1 1 1\n1 2 1\n2 2 1\n" },
      ["N.mtx", "-b", "ones"],
      /N\.mtx: A: expected a symmetric matrix, got 1 in row 0, column 1 and 0 in row 1, column 0 \(counted from 0\)$/m,
    ],
    [
      "a matrix that isn't square",
      { "N.mtx": "%%MatrixMarket matrix coordinate real general\n2 3 1\n1 1 1\n" },
      ["N.mtx", "-b", "ones"],
      /N\.mtx: expected a square matrix, got 2 rows and 3 columns$/m,
    ],
    [
      "complex numbers",
      { "N.mtx": "%%MatrixMarket matrix coordinate complex general\n" },
      ["N.mtx", "-b", "ones"],
      /N\.mtx: line 1: expected real or integer numbers, got "complex"$/m,
    ],
    [
      "a matrix that isn't positive definite",
      {
        "N.mtx": "%%MatrixMarket matrix coordinate real general\n2 2 4\n1 1 1\n1 2 3\n2 1 3\n2 2 1\n",
        "c.txt": "1\n-1\n",
      },
      ["N.mtx", "-b", "c.txt"],
      /A: expected a positive definite matrix, got a direction p with p' A p = -/,
    ],
    [
      "no solution",
      { "N.mtx": singular },
      ["N.mtx", "-b", "ones"],
      /b: expected mean 0 over all unknowns, since A is singular/,
    ],
    [
      "entries at one place whose sum isn't finite",
      { "N.mtx": "%%MatrixMarket matrix coordinate real general\n1 1 2\n1 1 1e308\n1 1 1e308\n" },
      ["N.mtx", "-b", "ones"],
      /N\.mtx: value: expected finite sums of the entries in row 0, column 0 \(counted from 0\), got Infinity$/m,
    ],
    [
      "a right-hand side whose entries at one place have no finite sum",
      { "N.mtx": "%%MatrixMarket matrix coordinate real general\n400 1 2\n7 1 1e308\n7 1 1e308\n" },
      ["A.mtx", "-b", "N.mtx"],
      /N\.mtx: row 7: expected entries with a finite sum, got Infinity$/m,
    ],
    [
      "a solution out of range",
      { "N.mtx": "%%MatrixMarket matrix coordinate real general\n1 1 1\n1 1 0.1\n", "c.txt": "1e308\n" },
      ["N.mtx", "-b", "c.txt"],
      /c\.txt: expected a right-hand side whose solution is below 1\.8e308, got Infinity for unknown 1$/m,
    ],
    [
      "many more rows than entries",
      {
        "N.mtx": `%%MatrixMarket matrix coordinate real general\n%${" ".repeat(2_000_000)}\n1000001 1000001 1\n1 1 1\n`,
      },
      ["N.mtx", "-b", "ones"],
      /N\.mtx: expected at most 1000000 rows \(as many as entries, or 1000000\), got 1000001$/m,
    ],
    ["no right-hand side", {}, ["A.mtx"], /minimand: --rhs: expected a file .*, or 'ones', got none$/m],
    [
      "a table, before what it would be solved for",
      { "t.csv": "a,b\n1,2\n" },
      ["t.csv"],
      /minimand: t\.csv: line 1: expected .*MatrixMarket/m,
    ],
    ["a folder", {}, [".", "-b", "ones"], /minimand: \.: is a folder, expected a file$/m],
    ["a file that isn't there", {}, ["missing.mtx", "-b", "ones"], /missing\.mtx: no such file or folder$/m],
  ];
  it.each(refusals)("refuses %s in one line", async (_, files, args, message) => {
    const cwd = withSystem();
    for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
    const { code, stderr, stdout } = await refused(["solve", ...args, "--quiet"], { cwd });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  it("solves a singular system that has a solution", async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "L.mtx"), singular);
    writeFileSync(join(cwd, "b.txt"), "1\n-1\n");
    const { code } = await minimand(["solve", "L.mtx", "--rhs", "b.txt"], { cwd });
    expect(code).toBe(0);
    const { value } = readMatrixMarket(readFileSync(join(cwd, "minimand-solve-L", "solution.mtx"), "utf8"));
    expect([...Array.from(value)]).toEqual([0.5, -0.5]);
  });

  it("is interrupted between iterations, with nothing half written", async () => {
    const cwd = temporaryFolder();
    // Slow to converge, and to a tolerance that rounding never reaches.
    writeFileSync(join(cwd, "big.mtx"), writeMatrixMarket(poisson2d({ shape: [250, 250] }).toCsr()));
    const args = ["solve", "big.mtx", "--rhs", "ones", "--solver", "cg", "--tolerance", "1e-300"];
    const { child, ended } = start(args, { cwd });
    let told = "";
    child.stderr?.on("data", (text: string) => {
      told += text;
      if (told.includes("entries") && !child.killed) child.kill("SIGINT");
    });
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain("interrupted; the same command begins anew");
    expect(everythingIn(cwd)).toEqual(["big.mtx"]);
  });
});
