import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { sampleCsv, tiny, workFolder } from "../../../../../test/support/cli.ts";
import { oneProcess } from "../../one-process.fixture.ts";

const { folder, at, resultsOf } = workFolder();
const run = oneProcess(folder);
const compare = (...args: string[]) => run(["compare", ...args]);
const small = ["-t", "y", ...tiny, "--patience", "2"];
const own = ["rss", "rss-robust", "pseudo-label", "entropy-minimization", "vat"];

/** The sample's inputs in another order, with a column more and without the target. */
const others = sampleCsv(60)
  .trim()
  .split("\n")
  .map((line, i) => {
    const [size, weight, kind] = line.split(",");
    return [kind, i === 0 ? "site" : "north", weight, size].join(",");
  })
  .join("\n");

beforeAll(() => {
  writeFileSync(at("a.csv"), sampleCsv());
  writeFileSync(at("others.csv"), `${others}\n`);
});

describe("minimand compare --unlabeled", () => {
  it("adds what learns from unlabelled rows beside plain training, and keeps a model that predicts", async () => {
    const losses = ["--losses", own.join(",")];
    const ran = await compare("a.csv", ...small, ...losses, "--unlabeled", "others.csv", "--out", "out");
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stderr).toMatch(/others.csv: 60 unlabelled rows\n/);
    const { settings, candidates, datasets } = resultsOf("out");
    expect(settings.unlabeled).toBe("others.csv");
    expect(candidates.map(({ id }) => id)).toEqual(expect.arrayContaining(["cross-entropy", ...own]));
    for (const id of own) {
      const trials = datasets[0].trials.filter(({ candidate }) => candidate === id);
      expect(
        trials.map(({ status }) => status),
        id,
      ).toEqual(["ok", "ok"]);
    }
    expect(datasets[0].notes.some(({ text }) => text === "others.csv: 60 unlabelled rows")).toBe(true);
    expect(await run(["predict", "out", "a.csv"])).toMatchObject({ code: 0 });
  });

  it("always runs self-training with a frozen teacher, to compare with", async () => {
    const ran = await compare("a.csv", ...small, "--unlabeled", "others.csv", "--out", "focal");
    expect(ran).toMatchObject({ code: 0 });
    const ids = resultsOf("focal").candidates.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(["cross-entropy", "focal", "pseudo-label"]));
    expect(ids).not.toContain("rss");
  });

  it("says on screen and in the report where self-training made nothing of the rows, and why; nothing where it did", async () => {
    const some = ["-t", "y", ...tiny, "--losses", "pseudo-label", "--unlabeled", "others.csv"];
    const said =
      /the unlabelled rows had no effect on Self-training .* on any of the 2 test parts: training ended within the first 10 epochs/;
    const short = await compare("a.csv", ...some, "--out", "short");
    expect(short.stderr).toMatch(said);
    expect(readFileSync(at("short/report.html"), "utf8").replace(/\s+/g, " ")).toMatch(said);
    expect(resultsOf("short").datasets[0].notes.some(({ text }) => said.test(text))).toBe(true);
    // The log loss of a small network is still falling after the tenth epoch.
    const more = ["--max-epochs", "60", "--patience", "60", "--metric", "log-loss"];
    const long = await compare("a.csv", ...some, ...more, "--out", "long");
    const [{ trials }] = resultsOf("long").datasets;
    const epochs = trials
      .filter(({ candidate }) => candidate === "pseudo-label")
      .map((trial) => trial.epochs);
    expect(Math.min(...epochs)).toBeGreaterThan(10);
    expect(long.stderr).not.toMatch(/made nothing/);
    expect(readFileSync(at("long/report.html"), "utf8")).not.toMatch(/made nothing/);
  });

  it("doesn't look at a target among the columns, and says so", async () => {
    const labeled = sampleCsv(50);
    writeFileSync(at("labeled.csv"), labeled);
    writeFileSync(at("flipped.csv"), labeled.replaceAll(",yes", ",no"));
    const scores = [];
    for (const file of ["labeled", "flipped"]) {
      const ran = await compare(
        "a.csv",
        ...small,
        "--losses",
        "rss",
        "--unlabeled",
        `${file}.csv`,
        "--out",
        file,
      );
      expect(ran).toMatchObject({ code: 0 });
      expect(ran.stderr).toMatch(/the target 'y' among its columns is not looked at/);
      scores.push(resultsOf(file).datasets[0].trials.map(({ score, candidate }) => ({ score, candidate })));
    }
    expect(scores[1]).toEqual(scores[0]);
  });

  it("runs what learns from unlabelled rows anew for another file, and nothing else", async () => {
    const common = [...small, "--losses", "focal,rss", "--out", "again"];
    expect(await compare("a.csv", ...common, "--unlabeled", "others.csv")).toMatchObject({ code: 0 });
    writeFileSync(at("fewer.csv"), `${others.split("\n").slice(0, 30).join("\n")}\n`);
    const ran = await compare("a.csv", ...common, "--unlabeled", "fewer.csv");
    expect(ran).toMatchObject({ code: 0 });
    // Two folds of six rows; those of rss and self-training are made again.
    expect(ran.stderr).toMatch(/8 of 12 trials are already finished/);
  });

  it.each<[string, string, RegExp]>([
    [
      "a column that lacks",
      "kind,size\nred,1\n",
      /^minimand: bad.csv: expected the column 'weight', got only 'kind', 'size'$/,
    ],
    [
      "a text where numbers are expected",
      "kind,size,weight\nred,1,2\nblue,tall,3\n",
      /^minimand: bad.csv, line 3: column 'size': expected a number, as in training, got 'tall'$/,
    ],
    ["no rows", "kind,size,weight\n", /^minimand: bad.csv.*: expected .*row/],
  ])("refuses a file with %s in one line, before anything is written", async (_, text, message) => {
    writeFileSync(at("bad.csv"), text);
    const ran = await run(["compare", "a.csv", ...small, "--unlabeled", "bad.csv", "--out", "none"]);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr.trim()).toMatch(message);
    expect(existsSync(at("none"))).toBe(false);
  });

  it("refuses the rows of the data themselves, several data sets, a regression, and methods without a file", async () => {
    const refusal = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await run(["compare", ...args, "--out", "none"]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(existsSync(at("none"))).toBe(false);
      return stderr.trim();
    };
    writeFileSync(at("copy.csv"), sampleCsv());
    expect(await refusal("a.csv", "-t", "y", "--unlabeled", "copy.csv")).toBe(
      "minimand: --unlabeled: expected other rows than those of a.csv, got the same",
    );
    writeFileSync(at("b.csv"), sampleCsv(44));
    expect(await refusal("a.csv", "b.csv", "-t", "y", "--unlabeled", "others.csv")).toBe(
      "minimand: --unlabeled: expected one training file, got several",
    );
    writeFileSync(at("same.csv"), sampleCsv(30));
    expect(await refusal("a.csv", "-t", "y", "--test", "same.csv", "--unlabeled", "same.csv")).toBe(
      "minimand: --unlabeled: expected other rows than those of same.csv, got the same",
    );
    expect(await refusal("a.csv", "-t", "weight", "--unlabeled", "others.csv")).toMatch(
      /others.csv: expected data with classes, .*, got the task regression$/,
    );
    expect(await refusal("a.csv", "-t", "y", "--losses", "rss")).toBe(
      "minimand: --unlabeled: expected a file of the unlabelled rows that rss needs, got none",
    );
    expect(await refusal("a.csv", "-t", "y", "--unlabeled", "nowhere.csv")).toMatch(
      /nowhere.csv: no such file/,
    );
  });
});
