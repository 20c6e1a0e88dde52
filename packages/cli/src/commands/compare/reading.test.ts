import { readFileSync, writeFileSync } from "node:fs";
import type { Results } from "@minimand/compare";
import Papa from "papaparse";
import { beforeAll, describe, expect, it } from "vitest";
import { sample, sampleCsv, tiny, workFolder } from "../../../../../test/support/cli.ts";
import { readBytes } from "../../files/read-bytes.ts";
import { oneProcess } from "../../one-process.fixture.ts";

const work = workFolder();
const { at } = work;
const { columns, cells } = sample();
const once = oneProcess(work.folder);
const run = (args: string[], stdin = "") => once(args, { stdin });

/** Some 40 lines with a title, a comment, a damaged row each, and numbers for people. */
function dirty(): string {
  const rows = cells.map((row, i) => {
    if (i === 5) return row.slice(0, 2).join(";");
    if (i === 9) return `${row.join(";")};more`;
    return [`$${row[0]}`, row[1].replace(".", ","), ...row.slice(2)].join(";");
  });
  return ["The sample", columns.join(";"), ...rows, "", "Source: a test"].join("\r\n");
}

beforeAll(async () => {
  writeFileSync(at("dirty.csv"), `\ufeff${dirty()}`);
  writeFileSync(at("clean.csv"), sampleCsv());
  expect((await run(["compare", "dirty.csv", "-t", "y", ...tiny, "--out", "o"])).code).toBe(0);
});

describe("a file as people have it", () => {
  it("is read with notes, warnings first", async () => {
    const { code, stderr } = await run(["compare", "dirty.csv", "-t", "y", ...tiny, "--out", "o"]);
    expect(code).toBe(0);
    expect(stderr).toContain(
      [
        "dirty: 38 rows, 3 inputs, binary, 2 classes",
        "  left out 2 rows: 1 with too few cells (line 8), 1 with too many cells (line 12)",
        "  y: task binary: 2 classes in 38 rows, positive is 'yes', negative 'no'",
        "  left out a byte-order mark",
        "  left out line 1 above the table: 'The sample'",
        "  left out the lines below the table (line 44): 'Source: a test'",
        "  decimal commas read as decimal points in the column 'weight'",
        "  numbers read without their currency $ in the column 'size'\n",
      ].join("\n"),
    );
    const results: Results = JSON.parse(readFileSync(at("o/results.json"), "utf8"));
    const notes = results.datasets[0].notes.map((note) => note.text);
    expect(notes).toContain("left out the lines below the table (line 44): 'Source: a test'");
    expect(notes).toContain("decimal commas read as decimal points in the column 'weight'");
    expect(notes).toContain("numbers read without their currency $ in the column 'size'");
    const report = readFileSync(at("o/report.html"), "utf8");
    expect(report).toContain("numbers read without their currency $");
  });

  it("is refused under --strict and --damaged refuse, before anything is made", async () => {
    expect(await run(["compare", "dirty.csv", "-t", "y", "--strict", "--out", "no"])).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "minimand: dirty.csv: strict: expected a file that is read as it is written, got left out a byte-order mark\n",
    });
    expect(await run(["compare", "dirty.csv", "-t", "y", "--damaged", "refuse", "--out", "no"])).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "minimand: dirty.csv, line 8: expected 4 fields as in the header (line 2), got 2; 2 of 40 rows are damaged\n",
    });
    expect((await run(["compare", "dirty.csv", "-t", "y", "--damaged", "mend"])).stderr).toBe(
      "minimand: option '--damaged <what>' argument 'mend' is invalid. Allowed choices are drop, pad, refuse.\n",
    );
  });

  it("keeps results of other readings apart", async () => {
    const sizes = ["compare", "dirty.csv", "-t", "size", ...tiny, "--losses", "huber", "--out", "p"];
    const padded = await run([...sizes, "--damaged", "pad"]);
    expect(padded.stderr).toContain("  gave 1 short row missing values (line 8)\n");
    const dropped = await run(sizes);
    expect(dropped.stderr).not.toContain("trials are already finished");
  });

  it("is predicted record by record, with an empty answer to what can't be read", async () => {
    const { code, stdout, stderr } = await run(["predict", "o", "dirty.csv"]);
    expect(code).toBe(0);
    const { data } = Papa.parse<string[]>(stdout.trim());
    expect(data).toHaveLength(1 + cells.length);
    expect(data.flatMap((row, i) => (row.every((cell) => cell === "") ? [i - 1] : []))).toEqual([5, 9]);
    expect(stderr).toContain(
      "could not read 2 rows: 1 with too few cells (line 8), 1 with too many cells (line 12)\n",
    );
    const plain = await run(["predict", "o", "clean.csv"]);
    // The same numbers, written plainly: the model knows how its own were written.
    const wanted = Papa.parse<string[]>(plain.stdout.trim()).data.map((row, i) =>
      i === 6 || i === 10 ? ["", "", ""] : row,
    );
    expect(data).toEqual(wanted);
  });

  it("may have a cell that is no number: its record has an empty answer", async () => {
    const rows = "size;weight;kind\n$1;1,5;red\nunknown;1,5;red\n$3;2,5;red\n";
    const csv = await run(["predict", "o", "-"], rows);
    expect(csv.code).toBe(0);
    expect(csv.stdout.split("\n")[2]).toBe(",,");
    expect(csv.stderr).toContain(
      "could not predict 1 row (line 3): column 'size': expected a number, as in training, got 'unknown'\n",
    );
    const json = await run(["predict", "o", "-", "--json"], rows);
    expect(JSON.parse(json.stdout.split("\n")[1])).toEqual({
      prediction: null,
      "probability no": null,
      "probability yes": null,
    });
    const onnx = await run(["predict", "o/model/model.onnx", "-"], rows);
    expect([onnx.stdout.split("\n")[2], onnx.stderr]).toEqual([",,", csv.stderr]);
  });

  it("has numbers of the model's currency, or of none", async () => {
    const plain = await run(["predict", "o", "-"], "size,weight,kind\n1,1.5,red\n2,2.5,red\n");
    const marked = await run(["predict", "o", "-"], 'size,weight,kind\n$1,"1,5",red\n$2,"2,5",red\n');
    expect(marked.stdout).toBe(plain.stdout);
    const other = await run(["predict", "o", "-"], "size,weight,kind\n€1,1.5,red\n€2,2.5,red\n");
    expect([other.code, other.stderr]).toEqual([
      2,
      "minimand: stdin, line 2: column 'size': expected a number, as in training, got '€1'\n",
    ]);
  });

  it("is announced where it is large", async () => {
    const lines = Array.from({ length: 600_000 }, (_, i) => `${i % 97},${i % 89},${i % 2},some words`);
    writeFileSync(at("large.csv"), ["a,b,c,d", ...lines].join("\n"));
    const { stderr } = await run(["compare", "large.csv", "-t", "nothing"]);
    expect(stderr).toMatch(/^reading large\.csv, 11 MB\nminimand: .*target: expected a column of the file/);
  });
});

describe("readBytes", () => {
  it("takes no more than it is told to, of a file or a stream", async () => {
    const message =
      /^x: expected at most 5\.00e-9 GB, a sixth of the memory that is free, got .* GB or more$/;
    await expect(readBytes(at("clean.csv"), "x", 5)).rejects.toThrow(message);
    const { Readable } = await import("node:stream");
    await expect(readBytes(Readable.from([Buffer.alloc(4), Buffer.alloc(4)]), "x", 5)).rejects.toThrow(
      message,
    );
    const { bytes } = await readBytes(Readable.from([Buffer.from("ab"), Buffer.from("c")]), "x", 5);
    expect(Buffer.from(bytes).toString()).toBe("abc");
  });
});
