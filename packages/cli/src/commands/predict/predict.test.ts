import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import Papa from "papaparse";
import { beforeAll, describe, expect, it } from "vitest";
import { minimand, sample, sampleCsv, temporaryFolder, tiny } from "../../../../../test/support/cli.ts";
import { oneProcess } from "../../one-process.fixture.ts";

const folder = temporaryFolder();
const at = (...path: string[]): string => join(folder, ...path);
const { columns, cells } = sample();
const once = oneProcess(folder);
/** In a process that has predicted before. */
const predict = (args: string[], stdin = ""): ReturnType<typeof minimand> =>
  once(["predict", ...args], { stdin });

/** The sample without its target, columns and rows as told. */
const rowsCsv = (order: string[], more: Record<string, string> = {}): string =>
  [
    [...order, ...Object.keys(more)].join(","),
    ...cells.map((line) =>
      [...order.map((name) => line[columns.indexOf(name)]), ...Object.values(more)].join(","),
    ),
  ].join("\n");

let expected = "";
beforeAll(async () => {
  writeFileSync(at("a.csv"), sampleCsv());
  const made = await minimand(
    [
      "compare",
      "a.csv",
      "-t",
      "y",
      ...tiny,
      "--max-epochs",
      "60",
      "--patience",
      "60",
      "--batch-size",
      "8",
      "--out",
      "o",
    ],
    {
      cwd: folder,
    },
  );
  expect(made.code).toBe(0);
  const ran = await minimand(["predict", "o", "a.csv"], { cwd: folder });
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  expected = ran.stdout;
});

describe.concurrent("minimand predict", () => {
  it("puts nothing that a spreadsheet takes for a formula into its CSV with --spreadsheet, and only then", async () => {
    const rows = rowsCsv(["size", "weight", "kind"], { name: "=1+1" });
    const args = ["o", "-", "--id", "name,size"];
    const [plain, safe] = [await predict(args, rows), await predict([...args, "--spreadsheet"], rows)];
    expect([plain.code, safe.code]).toEqual([0, 0]);
    expect(plain.stdout.split("\n")[1]).toMatch(/^=1\+1,-?[\d.]+,(yes|no),/);
    expect(safe.stdout.split("\n")[1]).toMatch(/^"'=1\+1",("-?[\d.]+"|-?[\d.]+),"(yes|no)",/);
    expect(await predict([...args, "--spreadsheet", "--json"], rows)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--spreadsheet"),
    });
  });

  it("prints a prediction and its probabilities for every row", () => {
    const { data, meta } = Papa.parse<Record<string, string>>(expected, {
      header: true,
      skipEmptyLines: true,
    });
    expect(meta.fields).toEqual(["prediction", "probability no", "probability yes"]);
    expect(data).toHaveLength(cells.length);
    for (const row of data) {
      const [no, yes] = [Number(row["probability no"]), Number(row["probability yes"])];
      expect(no + yes).toBeCloseTo(1, 5);
      expect(row.prediction).toBe(yes > no ? "yes" : "no");
    }
    // It has learnt what the first input tells.
    expect(data.filter((row, i) => row.prediction === cells[i][3]).length).toBeGreaterThan(
      0.8 * cells.length,
    );
  });

  it("says the same for other orders, more columns, standard input, gzip, and the model's own folder", async () => {
    const other = rowsCsv(["kind", "size", "weight"], { note: "x" });
    writeFileSync(at("other.csv.gz"), gzipSync(other));
    const runs = await Promise.all([
      predict(["o", "-"], other),
      predict(["o", "other.csv.gz"]),
      predict(["o/model", "-"], rowsCsv(["size", "weight", "kind"])),
    ]);
    for (const run of runs) expect(run).toEqual({ code: 0, stdout: expected, stderr: "" });
  });

  it("prints one JSON object a row with --json", async () => {
    const { code, stdout } = await predict(["o", "a.csv", "--json"]);
    expect(code).toBe(0);
    const rows = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const { data } = Papa.parse(expected, { header: true, skipEmptyLines: true, dynamicTyping: true });
    expect(rows).toEqual(data);
  });

  it("passes columns of the file through, in front, as they were written", async () => {
    const rows = cells
      .slice(0, 3)
      .map(([size, weight, kind], i) => `00${i},"a ""b"", c",${size},${weight},${kind}`);
    const file = ["nr,what,size,weight,kind", ...rows, '003,"=x",NA,1,red'].join("\n");
    const { code, stdout } = await predict(["o", "-", "--id", "what,nr", "--id", "kind"], file);
    expect(code).toBe(0);
    const lines = stdout.trim().split("\n");
    const plain = (await predict(["o", "-"], file)).stdout.trim().split("\n");
    expect(lines[0]).toBe(`what,nr,kind,${plain[0]}`);
    for (const i of [0, 1, 2])
      expect(lines[i + 1]).toBe(`"a ""b"", c",00${i},${cells[i][2]},${plain[i + 1]}`);
    expect(lines[4]).toBe(`=x,003,red,${plain[4]}`);
    const json = await predict(["o", "-", "--id", "nr", "--json"], file);
    expect(JSON.parse(json.stdout.split("\n")[1])).toMatchObject({
      nr: "001",
      prediction: expect.any(String),
    });
  });

  it("gives what damaged rows have of those columns", async () => {
    const file =
      'nr,size,weight,kind,note\n1,1,2,red,x\n5,too,few\n6,1,2,red,a,b\n7,1,"2,red,x\n8,1,2,red,x\n';
    const { code, stdout } = await predict(["o", "-", "--id", "nr,note", "--json"], file);
    expect(code).toBe(0);
    const rows = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
      .map(({ nr, note, prediction }) => [nr, note, prediction]);
    const some = expect.any(String);
    expect(rows).toEqual([
      ["1", "x", some],
      ["5", "", null],
      ["6", "a", null],
      ["", "", null],
      ["8", "x", some],
    ]);
  });

  it("finds a column whose name has a comma, and refuses what is none or is a name of the answer", async () => {
    const file = 'a b,"c,d",prediction,size,weight,kind\n1,2,3,1,2,red\n';
    const asked = (...ids: string[]) => predict(["o", "-", ...ids.flatMap((id) => ["--id", id])], file);
    for (const ids of [["c,d", "a b"], ['"c,d",a b']])
      expect((await asked(...ids)).stdout).toMatch(/^"c,d",a b,prediction,.*\n2,1,/);
    expect(await asked("a b,size2")).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "minimand: --id: expected columns of stdin ('a b', 'c,d', 'prediction', 'size', 'weight', 'kind'), got 'size2': did you mean 'size'?\n",
    });
    expect((await asked("prediction")).stderr).toBe(
      "minimand: --id: expected a column with another name than those of the answer, got 'prediction'\n",
    );
  });

  it("says of a comparison that was stopped that there is no model yet", async () => {
    mkdirSync(at("stopped/trials"), { recursive: true });
    writeFileSync(at("stopped/trials/a.json.gz"), "");
    expect((await predict(["stopped", "a.csv"])).stderr).toBe(
      "minimand: stopped: expected a finished comparison, got one that was stopped (1 trial kept): the same command again goes on, and compare keeps a model at its end\n",
    );
  });

  it("predicts numbers as they are in the file", async () => {
    const rows = cells.map(([size]) => `${size},${1000 + 10 * Number(size)}`);
    writeFileSync(at("numbers.csv"), ["size,price", ...rows].join("\n"));
    await minimand(
      [
        "compare",
        "numbers.csv",
        "-t",
        "price",
        ...tiny,
        "--max-epochs",
        "60",
        "--losses",
        "absolute",
        "-o",
        "n",
      ],
      { cwd: folder },
    );
    const { code, stdout } = await predict(["n", "-"], "size\n0\n2\n");
    const [header, low, high] = stdout.trim().split("\n");
    expect({ code, header }).toEqual({ code: 0, header: "prediction" });
    expect(Number(low)).toBeGreaterThan(980);
    expect(Number(high)).toBeLessThan(1040);
    expect(Number(high)).toBeGreaterThan(Number(low));
  });

  it("knows the header by the model's columns, where it looks like the rows below it", async () => {
    const rows = "kind,big\nred,size\n";
    const labelled = rows.replaceAll(/(.)$/gm, "$1,$1");
    writeFileSync(at("words.csv"), `kind,size,y\n${labelled.repeat(20)}`);
    const made = await once(["compare", "words.csv", "-t", "y", ...tiny, "--out", "words"]);
    expect(made.code).toBe(0);
    const { code, stdout } = await predict(["words", "-"], `kind,size\n${rows.repeat(3)}`);
    expect({ code, lines: stdout.trim().split("\n").length }).toEqual({ code: 0, lines: 7 });
  });

  it("imputes what is missing and says which levels it has never seen", async () => {
    const { code, stdout, stderr } = await predict(
      ["o", "-"],
      "size,weight,kind\n,NA,\n1,2,black\n3,4,red\n",
    );
    expect(code).toBe(0);
    expect(stdout.trim().split("\n")).toHaveLength(4);
    expect(stderr).toBe("kind: 1 of 3 values did not occur in training: 'black'\n");
  });

  it("says which numbers are far outside of those in training, as CSV and as JSON", async () => {
    for (const more of [[], ["--json"]]) {
      const { code, stderr } = await predict(["o", "-", ...more], "size,weight,kind\n1e9,2,red\n1,2,red\n");
      expect(code).toBe(0);
      expect(stderr).toMatch(
        /^size: 1 of 2 values lies far outside of those in training \(-\S+ to \S+\), the farthest is 1000000000: .*\n$/,
      );
    }
  });

  it.each<[string, string[], string, string]>([
    [
      "one column lacking",
      ["o", "-"],
      "size,weight\n1,2\n",
      "stdin: expected the column 'kind', got only 'size', 'weight'",
    ],
    [
      "columns lacking",
      ["o", "-"],
      "kind\nred\n",
      "stdin: expected the 2 columns 'size', 'weight', got only 'kind'",
    ],
    [
      "text for numbers in every row",
      ["o", "-"],
      "size,weight,kind\nsmall,2,red\nbig,2,red\n",
      "stdin, line 2: column 'size': expected a number, as in training, got 'small'",
    ],
    [
      "a number beyond float32",
      ["o", "-"],
      "size,weight,kind\n1,1e39,red\n",
      "stdin, line 2: column 'weight': expected a finite number of at most 3.4e38 (float32), got '1e39'",
    ],
    [
      "no rows",
      ["o", "-"],
      "size,weight,kind\n",
      "stdin: expected at least one row below the header, got none",
    ],
    [
      "rows that are not there",
      ["o", "nowhere.csv"],
      "",
      "nowhere.csv: no such file and no bundled data set of this name; 'minimand data' lists the bundled ones",
    ],
    [
      "a folder without a model",
      [".", "a.csv"],
      "",
      ".: expected a folder with model/model.json, as 'minimand compare' writes it, got none",
    ],
    ["a model that is not there", ["nowhere", "a.csv"], "", "nowhere: no such folder"],
    [
      "a name that is nearly that of a model's folder",
      ["o2", "a.csv"],
      "",
      "o2: no such folder; did you mean 'o'?",
    ],
  ])("refuses %s in one line", async (_, args, stdin, message) => {
    expect(await predict(args, stdin)).toEqual({ code: 2, stdout: "", stderr: `minimand: ${message}\n` });
  });

  it.each<[string, (model: string) => void, RegExp]>([
    [
      "no weights",
      (model) => rmSync(join(model, "model.safetensors")),
      /model\.safetensors: no such file or folder$/,
    ],
    [
      "weights that are cut off",
      cut("model.safetensors", 0.95),
      /model\.safetensors: tensor layers\..*: expected a file of at least \d+ bytes, got \d+$/,
    ],
    ["weights without a header", cut("model.safetensors", 0.01), /model\.safetensors: expected a header/],
    [
      "a description that is cut off",
      cut("model.json", 0.5),
      /model\.json: expected a model description .*, got a file that is no JSON or is cut off$/,
    ],
    [
      "a foreign description",
      (model) => writeFileSync(join(model, "model.json"), "{}"),
      /model\.json: expected a model description \(minimand\.model\/1\), got something else$/,
    ],
    [
      "a description of another network",
      change({ network: { hidden: [5], activation: "relu" } }),
      /model\.safetensors: expected the tensor 'layers\.0\.weight' of shape \[5, 5\], got shape \[5, 4\]$/,
    ],
    ["a description without an encoder", change({ encoder: undefined }), /got a wrong field 'encoder'$/],
  ])("refuses a model without sums and with %s in one line", async (name, damage, message) => {
    const copy = name.replaceAll(" ", "-");
    mkdirSync(at(copy));
    cpSync(at("o/model"), at(copy), { recursive: true });
    // Without sums, as in models of earlier versions: those that have them are refused for another sum.
    change({ sha256: undefined, weightsSha256: undefined })(at(copy));
    damage(at(copy));
    const { code, stdout, stderr } = await predict([copy, "a.csv"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^minimand: [^\n]+\n$/);
    expect(stderr.slice("minimand: ".length, -1)).toMatch(message);
  });
});

function cut(file: string, share: number): (model: string) => void {
  return (model) => {
    const bytes = readFileSync(join(model, file));
    writeFileSync(join(model, file), bytes.subarray(0, Math.floor(share * bytes.length)));
  };
}

function change(fields: object): (model: string) => void {
  return (model) => {
    const path = join(model, "model.json");
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...fields }));
  };
}
