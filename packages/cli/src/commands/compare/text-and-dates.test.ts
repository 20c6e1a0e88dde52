import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { tiny, workFolder } from "../../../../../test/support/cli.ts";
import { oneProcess } from "../../one-process.fixture.ts";

const { folder, at, resultsOf } = workFolder();
const run = oneProcess(folder);
const compare = (...args: string[]) => run(["compare", ...args]);

// Sixty rows, in no order of time: good notes in mornings, bad ones in evenings.
const lines = Array.from({ length: 60 }, (_, i) => {
  const good = i % 2 === 0;
  const day = new Date(Date.UTC(2021, 0, 1 + ((i * 7) % 60))).toISOString().slice(0, 10);
  const note = i % 9 === 4 ? "" : `"the item ${i}, it was ${good ? "good" : "bad"}"`;
  return [`${day} ${good ? "08" : "19"}:30`, note, (i * 29) % 13, good ? "yes" : "no"].join(",");
});
const file = `day,note,size,y\n${lines.join("\n")}\n`;
const withoutNotes = file.replaceAll(/,("[^"]*"|note|),(?=[^,]*,[^,]*$)/gm, ",");
const some = ["-t", "y", ...tiny, "--losses", "focal"];

beforeAll(() => {
  writeFileSync(at("a.csv"), file);
  writeFileSync(at("dates.csv"), withoutNotes);
});

describe("minimand compare with free text", () => {
  it("reads it as words, says so, and keeps a model that predict uses from its folder alone", async () => {
    const ran = await compare("a.csv", ...some, "--max-epochs", "15", "--out", "text");
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stderr).toContain(
      "note: free text: 53 different ones in 53 rows, most of three words or more: read as the words that occur in it, and pairs of them; --types note=categorical keeps it whole\n",
    );
    expect(ran.stderr.match(/no model.onnx is kept: [^\n]*/g)).toEqual([
      "no model.onnx is kept: words of the free text 'note' cannot be read inside of an ONNX file, only by predict; predict uses the folder",
    ]);
    expect(existsSync(at("text/model/model.onnx"))).toBe(false);
    const [report] = resultsOf("text").datasets;
    expect(report!.features.find(({ name }) => name === "note")).toMatchObject({ kind: "text", missing: 7 });
    writeFileSync(at("new.csv"), "size,note,day\n3,It was GOOD!,2022-03-04 08:15\n3,,2022-03-04 08:15\n");
    const { code, stdout } = await run(["predict", "text", "new.csv"]);
    expect(code).toBe(0);
    const [good, none] = stdout.trim().split("\n").slice(1);
    expect(good).not.toBe(none);
    const refused = await run(["export", "text"]);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toMatch(
      /^minimand: export: text\/model has no model.onnx: predict uses the folder, [^\n]*\n$/,
    );
  });

  it("runs other trials for another reading of the same column", async () => {
    const ran = await compare("a.csv", ...some, "--types", "note=categorical,size=numeric", "--out", "text");
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stderr).not.toContain("are already finished");
    expect(existsSync(at("text/model/model.onnx"))).toBe(true);
  });
});

describe("minimand compare with dates", () => {
  it("makes parts of them, and model.onnx and the folder predict the same from the column", async () => {
    const ran = await compare("dates.csv", ...some, "--out", "dates");
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stderr).toContain(
      "day: read as dates (all values are dates) from 2021-01-01 to 2021-03-01; inputs are days, month, weekday, hour\n",
    );
    expect(ran.stderr).toContain("--time day is the fair test\n");
    const values = async (model: string): Promise<number[]> => {
      const { code, stdout } = await run(["predict", model, "dates.csv"]);
      expect(code).toBe(0);
      return stdout
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => Number(line.split(",")[1]));
    };
    const [folder, onnx] = [await values("dates"), await values("dates/model/model.onnx")];
    expect(folder).toHaveLength(60);
    expect(new Set(folder).size).toBeGreaterThan(30);
    for (const [i, value] of folder.entries()) expect(onnx[i]).toBeCloseTo(value, 5);
  });

  it("goes forward in time with --time, without verdicts, and says so", async () => {
    const ran = await compare("dates.csv", ...some, "--folds", "3", "--time", "day", "--out", "time");
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stderr).toContain("3 folds forward in time");
    expect(ran.stderr).not.toContain("is the fair test");
    const { settings, datasets } = resultsOf("time");
    const [{ time, trials, ranking }] = datasets as [(typeof datasets)[0]];
    expect([settings.time, time]).toEqual(["day", "day"]);
    const sizes = trials.filter(({ candidate, seed }) => candidate === "focal" && seed === 0);
    expect(sizes.map(({ rows: { fit, validation, test } }) => [fit + validation, test])).toEqual([
      [15, 15],
      [30, 15],
      [45, 15],
    ]);
    const focal = ranking.entries.find(({ candidate }) => candidate === "focal")!;
    expect(focal).toMatchObject({ verdict: "undecided", difference: { p: null, low: null } });
    expect(focal.difference!.mean).toEqual(expect.any(Number));
    const report = readFileSync(at("time/report.html"), "utf8").replace(/\s+/g, " ");
    expect(report).toContain("each with later rows than its training rows, by day");
    // Which model is kept, and of which rows: no verdict says it.
    const { candidate, rows } = JSON.parse(readFileSync(at("time/model/model.json"), "utf8"));
    expect([candidate, rows]).toEqual(["cross-entropy", 60]);
    const kept =
      "no loss can replace the baseline. The kept model is cross-entropy, trained again on rows of all times";
    expect(report).toContain(kept);
    expect(ran.stdout.replace(/\s+/g, " ")).toContain(kept);
    expect(report).toContain("trained again on all 60 rows, the latest included, for");
    expect(report).toContain("Nothing could be tested, so the baseline is kept.");
  });

  it("refuses --time beside --test, and for a column that is no time, in one line", async () => {
    for (const [args, message] of [
      [["--time", "day", "--test", "a.csv"], "--time: expected no --test with it"],
      [["--time", "note"], "time 'note': expected a column of dates or numbers, got free text"],
      [["--time", "dayy"], "did you mean 'day'?"],
      [["--time", "y"], "time: expected a column other than the target, got 'y'"],
      [["--types", "note=date"], "column 'note': expected a date, as its type was set to date"],
      [
        ["--types", "note=prose"],
        "one of numeric, categorical, text, date, date-dmy, date-mdy, got 'note=prose'",
      ],
    ] as const) {
      const { code, stdout, stderr } = await run([
        "compare",
        "a.csv",
        "-t",
        "y",
        ...args,
        "--out",
        "refused",
      ]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain(message);
      expect(existsSync(at("refused"))).toBe(false);
    }
  });
});
