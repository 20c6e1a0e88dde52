import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { everythingIn, sampleCsv, temporaryFolder } from "../../../test/support/cli.ts";
import { oneProcess } from "./one-process.fixture.ts";

const folder = temporaryFolder();
const once = oneProcess(folder);
const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
const symmetric = "%%MatrixMarket matrix coordinate real symmetric\n";
put("a.csv", sampleCsv());
mkdirSync(join(folder, "there"));
put("huge.mtx", `${symmetric}2000000000 2000000000 1\n1 1 1\n`);
put("negative.mtx", `${symmetric}2 2 2\n1 1 1\n2 2 -1\n`);
put("two.mtx", `${symmetric}2 2 2\n1 1 1\n2 2 1\n`);
put("huge-vector.mtx", "%%MatrixMarket matrix coordinate real general\n2000000000 1 1\n1 1 1\n");
const decision = '{"decisionId":"a","features":[null,1],"action":0,"propensity":0.5,"reward":1}\n';
put("null.jsonl", decision);
put("rows.jsonl", decision.replace("[null,1]", "[[1,2],null]"));
put("arms.jsonl", decision.replace('"action"', '"actionIds":5,"action"').replace("null", "1"));

const compare = ["compare", "a.csv", "-t", "y"];
const simulate = ["bandit", "simulate", "a.csv", "-t", "y"];
const cases: [args: string[], message: string][] = [
  [["refine", "zorblax", "--out", "there"], "prompt: expected at least one word that the refiner knows"],
  [["reproduce", "ldr", "--seeds", "1e9"], "--seeds: expected a finite number <= 1000, got 1000000000"],
  [["refine", "a moon", "-n", "1000000000"], "--number: expected a finite number <= 1000, got 1000000000"],
  [[...compare, "--seeds", "99999999999999999999"], "expected a whole number, got '99999999999999999999'"],
  [[...compare, "--seeds", "1e9"], "--seeds: expected an integer >= 1 and <= 1000, got 1000000000"],
  [[...compare, "--folds", "1e9"], "--folds: expected an integer >= 2 and <= 1000, got 1000000000"],
  [
    [...compare, "--configurations", "1e9"],
    "--configurations: expected an integer >= 1 and <= 1000, got 1000000000",
  ],
  [
    [...compare, "--max-epochs", "1e9"],
    "--max-epochs: expected an integer >= 1 and <= 100000, got 1000000000",
  ],
  [
    [...compare, "--hidden", "99999,99999"],
    "--hidden: expected layers with at most 16777216 weights between them, got 9999900000",
  ],
  [[...compare, "--budget", "9".repeat(400)], "expected a time of at most 576h, got '999"],
  [[...simulate, "--seeds", "1e9"], "--seeds: expected a finite number <= 1000, got 1000000000"],
  [
    [...simulate, "--rounds", "1e15"],
    "--rounds: expected a finite number <= 100000000, got 1000000000000000",
  ],
  [
    [...simulate, "--hidden", "99999,99999"],
    "--hidden: expected layers with at most 16777216 weights between them",
  ],
  [
    ["solve", "huge.mtx", "--rhs", "ones"],
    "huge.mtx: expected at most 1000000 rows (as many as entries, or 1000000), got 2000000000",
  ],
  [
    ["solve", "two.mtx", "--rhs", "huge-vector.mtx"],
    "huge-vector.mtx: expected 2 numbers, one a row of the matrix",
  ],
  [
    ["solve", "negative.mtx", "--rhs", "ones"],
    "A[1][1]: expected a number > 0, as a positive definite matrix has",
  ],
  [["solve", "negative.mtx", "--rhs", "ones", "--solver", "cg"], "A: expected a matrix that isn't singular"],
  [
    ["bandit", "evaluate", "null.jsonl"],
    "null.jsonl, line 1.features: expected numbers, or a vector for each arm",
  ],
  [
    ["bandit", "evaluate", "rows.jsonl"],
    "rows.jsonl, line 1.features: expected numbers, or a vector for each arm",
  ],
  [["bandit", "evaluate", "arms.jsonl"], "arms.jsonl, line 1.actionIds: expected texts, got 5"],
];

describe("minimand", () => {
  it.each(cases)(
    "refuses %j at once, in one line, and leaves no folder",
    { timeout: 30_000 },
    async (args, message) => {
      const before = everythingIn(folder);
      const { code, stdout, stderr } = await once(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain(message);
      expect(stderr.trim().split("\n").at(-1)).toMatch(/^minimand: /);
      expect(everythingIn(folder)).toEqual(before);
    },
  );
});
