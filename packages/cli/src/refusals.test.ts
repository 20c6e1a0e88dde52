import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { everythingIn, minimand, sampleCsv, temporaryFolder } from "../../../test/support/cli.ts";
import { oneProcess } from "./one-process.fixture.ts";

const refused = oneProcess();
const cores = availableParallelism();
const good = sampleCsv(12);
const rows = good.trim().split("\n").slice(1);
const numbers = ["x,y", ...Array.from({ length: 12 }, (_, i) => `${i * i},${Math.sin(i)}`)].join("\n");
const binaryBytes = Uint8Array.from({ length: 3000 }, (_, i) => (i * 7919) % 251);

type Content = string | Uint8Array;

/** What a file holds, what is asked of it, and the line that says what is wrong. `FILE` is the file's name. */
const cases: [what: string, content: Content, args: string[], message: string | RegExp][] = [
  ["an empty file", "", [], "FILE: expected a table, got an empty file"],
  ["only blanks and line ends", " \n\n \n", [], "FILE: expected a table, got an empty file"],
  ["a header only", "size,y\n", [], "FILE: expected at least one row below the header, got none"],
  ["a header with a name too few", "a,y\n5,no,3\n5,yes,4\n5,no,5\n", [], /^FILE, line 1: expected 3 names/],
  [
    "a ragged row",
    "a,y\n1,no\n2\n3,yes\n",
    [],
    "FILE, line 3: expected 2 fields as in the header (line 1), got 1 field; --damaged pad gives short rows missing values",
  ],
  ["an unclosed quote", 'a,y\n1,no\n"2,yes\n3,no\n', [], /^FILE, line 3: expected .*quote/],
  [
    "bytes of another encoding than UTF-8 and Windows-1252",
    Uint8Array.of(0x61, 0x2c, 0x79, 0x0a, 0x81, 0x2c, 0x31, 0x0a),
    [],
    /^FILE, line 2: expected UTF-8 or Windows-1252, got .*: save the file as UTF-8$/,
  ],
  ["a binary file", binaryBytes, [], /^FILE, line 1: expected a text file .*a binary file\?$/],
  ["NUL bytes", "a,y\n1,n\0o\n", [], /^FILE.*NUL/],
  ["a gzip file that is cut off", gzipSync(good).subarray(0, 60), [], /^FILE: expected .*gzip/],
  [
    "a target that is no column",
    good,
    ["-t", "Y"],
    /^FILE: target: expected a column .*: did you mean 'y'\?$/,
  ],
  [
    "a target with one class",
    "a,y\n1,no\n2,no\n3,no\n",
    [],
    /^FILE: target 'y': expected at least two classes, got only 'no'$/,
  ],
  [
    "a target that is missing everywhere",
    "a,y\n1,\n2,NA\n",
    [],
    /^FILE: target 'y': expected values, got none/,
  ],
  [
    "a class with fewer rows than folds",
    `${good}3,4,red,perhaps\n`,
    [],
    /^FILE: target 'y': expected at least 5 rows of every class for 5 folds, got 1 of 'perhaps'/,
  ],
  [
    "an infinite value",
    good.replace(rows[2], "Infinity,1,red,no"),
    [],
    /^FILE, line 4: column 'size': expected a finite number.*'Infinity'; --missing size=Infinity reads it as missing$/,
  ],
  [
    "a value beyond float32",
    good.replace(rows[2], "1e39,1,red,no"),
    [],
    /^FILE, line 4: column 'size': .*'1e39'; --missing size=1e39 reads it as missing$/,
  ],
  [
    "an infinite target",
    `${numbers}\n3,1e39\n`,
    [],
    /^FILE, line 14: target 'y': .*'1e39'; --missing y=1e39 leaves out such rows$/,
  ],
  [
    "text as a number to predict",
    good,
    ["--task", "regression"],
    /^FILE, line 2: target 'y': expected a number for the task regression, got 'no'; --missing y=no leaves out such rows$/,
  ],
  [
    "many classes as two",
    "a,y\n1,u\n2,v\n3,w\n",
    ["--task", "binary"],
    /^FILE: target 'y': expected two classes/,
  ],
  [
    "an unknown loss",
    good,
    ["--losses", "focl"],
    /^--losses: expected losses for binary .*, got "focl": did you mean 'focal'\?$/,
  ],
  [
    "a bottleneck of a linear model",
    numbers,
    ["--losses", "cs-ib", "--model", "linear"],
    '--losses: expected ones that need no hidden features, as the linear model has none, got "cs-ib"',
  ],
  [
    "matrices of all pairs of a huge batch",
    numbers,
    ["--losses", "cs", "--batch-size", "5000"],
    /^--losses: expected ones without .*\(100000000 bytes each; at most 4096 rows\), got "cs"$/,
  ],
  ["a loss of another task", good, ["--losses", "huber"], /^--losses: .*"huber", which is for regression$/],
  ["an unknown baseline", good, ["--baseline", "hing"], /^--baseline: .*did you mean 'hinge'\?$/],
  [
    "an unknown metric",
    good,
    ["--metric", "f3"],
    /^--metric: expected a metric for binary \(accuracy, .*\), got "f3": did you mean 'f1'\?$/,
  ],
  [
    "a metric of another task",
    numbers,
    ["--metric", "f1"],
    /^--metric: expected a metric for regression \(rmse, mae, r2\), got "f1"/,
  ],
  ["negative seeds", good, ["--seeds", "-1"], "--seeds: expected an integer >= 1 and <= 1000, got -1"],
  ["half a seed", good, ["--seeds", "1.5"], /--seeds.*expected a whole number, got '1.5'$/],
  ["one fold", good, ["--folds", "1"], "--folds: expected an integer >= 2 and <= 1000, got 1"],
  ["no worker", good, ["--workers", "0"], `--workers: expected an integer >= 1 and <= ${4 * cores}, got 0`],
  ["no thread", good, ["--threads", "0"], `--threads: expected an integer >= 1 and <= ${cores}, got 0`],
  [
    "more threads than cores",
    good,
    ["--threads", "9999"],
    `--threads: expected an integer >= 1 and <= ${cores}, got 9999`,
  ],
  [
    "more workers than four a core",
    good,
    ["--workers", "9999"],
    `--workers: expected an integer >= 1 and <= ${4 * cores}, got 9999`,
  ],
  [
    "more threads in all workers than four a core",
    good,
    ["--threads", `${cores}`, "--workers", "5"],
    "--workers: expected an integer >= 1 and <= 4, got 5",
  ],
  ["no epoch", good, ["--max-epochs", "0"], "--max-epochs: expected an integer >= 1 and <= 100000, got 0"],
  ["a layer without units", good, ["--hidden", "64,0"], "--hidden: expected an integer >= 1, got 0"],
  ["a layer that is no number", good, ["--hidden", "wide"], /--hidden.*expected a whole number, got 'wide'$/],
  ["a share of noise beyond one", good, ["--label-noise", "1.5"], /^--label-noise: expected .*, got 1.5$/],
  ["noise on numbers", numbers, ["--label-noise", "0.2"], /^label-noise: expected a classification/],
  [
    "an imbalance below one",
    good,
    ["--imbalance", "0.5"],
    "--imbalance: expected a finite number >= 1, got 0.5",
  ],
  ["two budgets", good, ["--quick", "--budget", "60s"], "--quick: expected this or --budget, got both"],
  [
    "a budget that is no time",
    good,
    ["--budget", "soon"],
    /--budget.*expected a time such as 60s, 5m or 2h, got 'soon'$/,
  ],
  [
    "an unknown kind of column",
    good,
    ["--types", "size=number"],
    /--types.*expected COLUMN=KIND, the kind one of numeric, categorical, text, date, date-dmy, date-mdy, got 'size=number'$/,
  ],
  ["a type for no column", good, ["--types", "siz=numeric"], /^FILE: types: .*did you mean 'size'\?$/],
  [
    "a type for a name that every object has",
    good,
    ["--types", "__proto__=numeric"],
    /^FILE: types: .*'__proto__'$/,
  ],
  [
    "two types for a column",
    good,
    ["--types", "size=numeric,size=categorical"],
    /--types.*expected each column once, got 'size' twice$/,
  ],
  [
    "hidden layers of a linear model",
    good,
    ["--model", "linear", "--hidden", "8,4"],
    "--hidden: expected no hidden layers with --model linear, got 8,4",
  ],
  [
    "text set to be numeric",
    good,
    ["--types", "kind=numeric"],
    /^FILE, line 2: column 'kind': .*'red'; --missing kind=red reads it as missing$/,
  ],
  [
    "an ignored column that is none",
    good,
    ["--ignore", "wieght"],
    /^FILE: ignore: .*did you mean 'weight'\?$/,
  ],
  [
    "an ignored column whose name has a comma",
    'n,"size, cm",y\n1,2,no\n2,7,yes\n',
    ["--ignore", "size, cm"],
    /^FILE: ignore: .*got 'size': a name with a comma goes in double quotes, '"size, cm"'$/,
  ],
  ["all inputs ignored", good, ["--ignore", "size,weight,kind"], /^FILE: expected at least one input column/],
  ["the target as group", good, ["--group", "y"], /^FILE: group: expected a column other than the target/],
  [
    "fewer groups than folds",
    good,
    ["--group", "kind"],
    /^FILE: expected at least 5 groups for 5 folds, got 3$/,
  ],
  ["a positive class that is none", good, ["--positive", "yess"], /^FILE: positive: .*did you mean 'yes'\?$/],
  ["an unknown option", good, ["--fodls", "3"], "unknown option '--fodls' (Did you mean --folds?)"],
  [
    "an unknown model",
    good,
    ["--model", "forest"],
    "--model: expected one of mlp, linear, got 'forest'; your own model comes with --with FILE",
  ],
  ["a test file that is not there", good, ["--test", "nowhere.csv"], /^nowhere.csv: no such file/],
];

describe("minimand compare refuses", () => {
  it.each(cases)(
    "%s, in one line, with exit code 2, and writes nothing",
    async (_, content, args, message) => {
      const folder = temporaryFolder();
      writeFileSync(join(folder, "data.csv"), content);
      const target = args.includes("-t") ? [] : ["-t", "y"];
      const ran = await refused(["compare", "data.csv", ...target, ...args, "--out", "out"], {
        cwd: folder,
      });
      expect(ran.stderr).toMatch(/^minimand: [^\n]+\n$/);
      check(ran.stderr.slice("minimand: ".length, -1).replaceAll("data.csv", "FILE"), message);
      expect(ran).toMatchObject({ code: 2, stdout: "" });
      expect(everythingIn(folder)).toEqual(["data.csv"]);
    },
  );

  it.each<[string, string[], string | RegExp]>([
    ["a file that is not there", ["nowhere.csv", "-t", "y"], /^nowhere.csv: no such file/],
    ["a misspelt bundled name", ["pima_diabets"], /did you mean the bundled 'pima_diabetes'\?$/],
    ["a folder", ["folder", "-t", "y"], "folder: expected a file, got a folder"],
    ["no file at all", [], "missing required argument 'file'"],
    [
      "no target",
      ["data.csv"],
      "--target: expected the column to predict, one of 'size', 'weight', 'kind', 'y', got none",
    ],
    [
      "an output folder below a file",
      ["data.csv", "-t", "y", "-o", "data.csv/out"],
      /^--out: .* got data.csv\/out.*: a part of the path is a file, expected a folder$/,
    ],
    [
      "an output folder that is a file",
      ["data.csv", "-t", "y", "-o", "data.csv"],
      "--out: expected a folder that can be written, got data.csv: exists and is not a folder",
    ],
    [
      "an output folder with too long a name",
      ["data.csv", "-t", "y", "-o", `new/${"x".repeat(300)}`],
      /: the name is too long$/,
    ],
    ["standard input twice", ["-", "-", "-t", "y"], "-: expected stdin once, got it twice"],
    ["standard input that is empty", ["-", "-t", "y"], "stdin: expected a table, got an empty file"],
    [
      "the same data twice",
      ["data.csv", "./data.csv", "-t", "y"],
      "./data.csv: expected different data, got the same as data.csv",
    ],
    [
      "a test file for several files",
      ["data.csv", "other.csv", "-t", "y", "--test", "data.csv"],
      "--test: expected one training file, got several",
    ],
    [
      "files of different tasks",
      ["data.csv", "other.csv", "-t", "y"],
      /^other.csv: expected the task binary of the first file, got regression/,
    ],
  ])("%s", async (_, args, message) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "folder"));
    writeFileSync(join(folder, "data.csv"), sampleCsv(12));
    writeFileSync(join(folder, "other.csv"), numbers);
    const before = everythingIn(folder);
    const run = args.includes("-") ? minimand : refused;
    const ran = await run(["compare", ...args], { cwd: folder });
    expect(ran.stderr).toMatch(/^minimand: [^\n]+\n$/);
    check(ran.stderr.slice("minimand: ".length, -1), message);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(everythingIn(folder)).toEqual(before);
  });
});

it.each([
  ["compare", "data.csv", "-t", "y", "--out", ""],
  ["reproduce", "ensloss", "--quick", "--out", ""],
  ["denoise", "dark.png", "--out", ""],
  ["bandit", "simulate", "data.csv", "-t", "y", "--out", ""],
  ["bandit", "simulate", "data.csv", "-t", "y", "--log", ""],
  ["bandit", "evaluate", "data.csv", "--out", ""],
])("%s %s %s %s %s %s refuses a place without a name, before anything is made", async (...args) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "data.csv"), good);
  const ran = await refused(args, { cwd: folder });
  expect(ran).toMatchObject({ code: 2, stdout: "" });
  expect(ran.stderr).toMatch(
    /^minimand: option '.*--(out|log) <\w+>' argument '' is invalid\. expected a path, got ''\n$/,
  );
  expect(everythingIn(folder)).toEqual(["data.csv"]);
});

/** The one line of a refusal. */
function check(line: string, message: string | RegExp): void {
  if (typeof message === "string") expect(line).toBe(message);
  else expect(line).toMatch(message);
}
