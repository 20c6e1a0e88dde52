import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Results } from "@minimand/compare";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { sample, sampleCsv, temporaryFolder, tiny } from "../../../test/support/cli.ts";
import { oneProcess } from "./one-process.fixture.ts";

const once = oneProcess();

const { columns, cells } = sample();
const lines = (delimiter: string, end: string, map = (cell: string): string => cell): string =>
  [columns, ...cells].map((line) => line.map(map).join(delimiter)).join(end);

function utf16(text: string): Uint8Array {
  return Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(text, "utf16le")]);
}

function parquet(): Uint8Array {
  const column = (index: number): string[] => cells.map((line) => line[index]);
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: "size", data: column(0).map(Number), type: "DOUBLE" },
        { name: "weight", data: column(1).map(Number), type: "DOUBLE" },
        { name: "kind", data: column(2), type: "STRING" },
        { name: "y", data: column(3), type: "STRING" },
      ],
    }),
  );
}

const decimalComma = (cell: string): string => (/^-?\d/.test(cell) ? cell.replace(".", ",") : cell);

/** The same table, written in every way. */
const files: Record<string, string | Uint8Array> = {
  "plain.csv": sampleCsv(),
  "crlf-and-byte-order-mark.csv": `\ufeff${lines(",", "\r\n")}\r\n`,
  "zipped.csv.gz": gzipSync(sampleCsv()),
  "tabs.tsv": lines("\t", "\n"),
  "semicolons-and-decimal-commas.csv": lines(";", "\n", decimalComma),
  "utf-16.csv": utf16(lines(",", "\n")),
  "quoted-newlines.csv": lines(",", "\n", (cell) => (cell === "red" ? '"re\nd"' : `"${cell}"`)),
  "lines.jsonl": cells
    .map((line) =>
      JSON.stringify(Object.fromEntries(line.map((cell, i) => [columns[i], i < 2 ? Number(cell) : cell]))),
    )
    .join("\n"),
  "table.parquet": parquet(),
};

describe("minimand compare", () => {
  it("reads the same numbers from every format, delimiter and encoding, and from standard input", async () => {
    const folder = temporaryFolder();
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const { code, stderr } = await once(
      ["compare", ...Object.keys(files), "-", "-t", "y", ...tiny, "--out", "out"],
      // A line end more, so that it isn't the same file once more.
      { cwd: folder, stdin: `${sampleCsv()}\n` },
    );
    expect([stderr.match(/^minimand:.*/m), code]).toEqual([null, 0]);
    const { datasets, across }: Results = JSON.parse(readFileSync(join(folder, "out/results.json"), "utf8"));
    expect(datasets.map((d) => d.name)).toEqual([
      ...Object.keys(files).map((name) => name.replace(/(\.csv)?\.[a-z]+$/, "")),
      "stdin",
    ]);
    const trialsOf = (name: string): unknown =>
      datasets.find((d) => d.name === name)?.trials.map(({ seconds: _, ...trial }) => trial);
    for (const { name, rows, inputs } of datasets) {
      expect([name, rows, inputs]).toEqual([name, cells.length, 5]);
      expect(trialsOf(name), name).toEqual(trialsOf("plain"));
    }
    expect(across?.datasets).toHaveLength(datasets.length);
    expect(across?.averageRanks).toHaveLength(across?.candidates.length ?? 0);
  });

  it("leaves out columns without a value or with one, and says so", async () => {
    const folder = temporaryFolder();
    const [header, ...rows] = sampleCsv().trim().split("\n");
    const text = [`id,${header},nothing,same`, ...rows.map((row, i) => `${i + 1},${row},NA,7`)].join("\n");
    writeFileSync(join(folder, "a.csv"), text.replace(/,yes,NA,7$/m, ",,NA,7"));
    const { code, stderr } = await once(["compare", "a.csv", "-t", "y", ...tiny], { cwd: folder });
    expect(code).toBe(0);
    expect(stderr).toContain("a: 39 rows, 3 inputs, binary, 2 classes\n");
    expect(stderr).toContain(
      "  nothing: left out: every value is missing; --ignore nothing leaves it out without a note\n",
    );
    expect(stderr).toContain(
      "  same: left out: it is constant; --ignore same leaves it out without a note\n",
    );
    expect(stderr).toContain(
      "  id: left out: it numbers the rows; --types id=numeric keeps it, --ignore id leaves it out without a note\n",
    );
    expect(stderr).toContain("  y: left out 1 row without a target, 39 remain\n");
  });

  it("cuts names of 100 kB in results, report and messages; the model keeps them", async () => {
    const folder = temporaryFolder();
    const long = (start: string, end = ""): string => `${start}${"x".repeat(100_000)}${end}`;
    const rename = (cell: string): string =>
      ({ red: long("red"), yes: long("", "yes"), no: long("", "no") })[cell] ?? cell;
    const header = [long("size"), long("", "1"), long("", "2"), long("y")];
    const text = [header, ...cells.map((line) => line.map(rename))].map((line) => line.join(",")).join("\n");
    writeFileSync(join(folder, "a.csv"), text);
    const ran = await once(["compare", "a.csv", "-t", long("y"), ...tiny, "--out", "o"], { cwd: folder });
    expect(ran.code).toBe(0);
    const results = readFileSync(join(folder, "o/results.json"), "utf8");
    const report = readFileSync(join(folder, "o/report.html"), "utf8");
    for (const written of [ran.stdout, ran.stderr, results, report]) expect(written).not.toMatch(/x{300}/);
    const [{ classes, features, target }] = (JSON.parse(results) as Results).datasets;
    expect(target).toMatch(/^yx+… \(100001 characters\)$/);
    expect(new Set(classes).size).toBe(2);
    expect(new Set(features.map(({ name }) => name)).size).toBe(3);
    for (const model of ["o", "o/model/model.onnx"]) {
      const { code, stdout } = await once(["predict", model, "a.csv", "--json"], { cwd: folder });
      expect(code).toBe(0);
      const predicted = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).prediction as string);
      expect(predicted).toHaveLength(cells.length);
      for (const name of predicted) expect([rename("yes"), rename("no")]).toContain(name);
    }
    const played = await once(
      [
        "bandit",
        "simulate",
        "a.csv",
        "-t",
        long("y"),
        "--seeds",
        "1",
        "-a",
        "lin-ucb",
        "--log",
        "l",
        "--out",
        "b",
      ],
      { cwd: folder },
    );
    const judged = await once(["bandit", "evaluate", "l", "-p", `arm:${rename("yes")}`, "--out", "e"], {
      cwd: folder,
    });
    expect([played.code, judged.code]).toEqual([0, 0]);
    for (const { stdout, stderr } of [played, judged]) expect(stdout + stderr).not.toMatch(/x{300}/);
    for (const name of ["b/results.json", "b/report.html", "e/results.json", "e/report.html"])
      expect(readFileSync(join(folder, name), "utf8")).not.toMatch(/x{300}/);
  }, 60_000);

  it("takes 10,000 columns", async () => {
    const folder = temporaryFolder();
    const wide = 10_000;
    const rows = Array.from({ length: 12 }, (_, i) =>
      [...Array.from({ length: wide }, (_, j) => ((i * 31 + j * 17) % 23) - 0.5), i % 2].join(","),
    );
    const header = [...Array.from({ length: wide }, (_, j) => `x${j}`), "y"].join(",");
    writeFileSync(join(folder, "wide.csv"), [header, ...rows].join("\n"));
    const linear = tiny.filter((arg, i) => arg !== "--hidden" && tiny[i - 1] !== "--hidden");
    const { code, stderr } = await once(["compare", "wide.csv", "-t", "y", ...linear, "--model", "linear"], {
      cwd: folder,
    });
    expect([stderr.match(/^minimand:.*/m), code]).toEqual([null, 0]);
    expect(stderr).toContain(`wide: 12 rows, ${wide} inputs, binary, 2 classes\n`);
    expect(stderr.split("\n").length).toBeLessThan(40);
  });
});
