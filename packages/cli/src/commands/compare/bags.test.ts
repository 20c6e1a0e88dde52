import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { sampleCsv, tiny, workFolder } from "../../../../../test/support/cli.ts";
import { oneProcess } from "../../one-process.fixture.ts";

const { folder, at, resultsOf } = workFolder();
const run = oneProcess(folder);
const compare = (...args: string[]) => run(["compare", ...args]);
const small = ["-t", "y", ...tiny, "--patience", "2", "--losses", "all"];

beforeAll(() => {
  // Four rows a bag.
  const [head, ...rows] = sampleCsv().trim().split("\n");
  const withBags = rows.map((row, i) => `${row},r${Math.floor(i / 4)}`);
  writeFileSync(at("a.csv"), [`${head},report`, ...withBags, ""].join("\n"));
});

describe("minimand compare --bag-column", () => {
  it("compares the losses that see bags, beside the reference that sees rows, and keeps a model that predicts", async () => {
    const ran = await compare("a.csv", ...small, "--bag-column", "report", "--out", "bags");
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stderr).toMatch(/report: \d+ bags of .* rows; training and tuning see the target's means/);
    const { candidates, datasets, settings } = resultsOf("bags");
    expect(settings.bagColumn).toBe("report");
    expect(candidates.map(({ id, kind }) => `${kind} ${id}`)).toEqual([
      "loss bag-level",
      "loss instance-level",
      "loss interpolated",
      "loss bag-regularised",
      "reference individual-labels",
      "reference majority-class",
      "reference chosen-by-validation",
    ]);
    const [report] = datasets;
    expect(report.bags).toMatchObject({ column: "report", largest: 4 });
    expect(report.features.map(({ name }) => name)).not.toContain("report");
    expect(report.ranking.baseline).toBe("bag-level");
    expect(report.seeds.complete).toEqual(report.seeds.planned);
    const reference = report.ranking.entries.find((e) => e.candidate === "individual-labels");
    expect(reference).toMatchObject({ verdict: "reference", label: "Individual labels (sees more)" });
    expect(readFileSync(at("bags", "report.html"), "utf8")).toMatch(/loss of bags/);
    expect(await run(["predict", "bags", "a.csv"])).toMatchObject({ code: 0 });
  });

  it.each([
    [
      ["--bag-column", "repotr"],
      /a.csv: bag-column: expected a column of the file .*did you mean 'report'\?$/,
    ],
    [["--bag-column", "y"], /a.csv: bag-column: expected a column other than the target, got 'y'$/],
    [
      ["--bag-column", "report", "--label-noise", "0.1"],
      /--bag-column: expected none of the options that need labels of rows, got --label-noise$/,
    ],
    [
      ["--bag-column", "report", "--group", "report"],
      /--bag-column: .* got --group \(bags are kept together\)$/,
    ],
    [["--bag-column", "report", "--steps", "sam"], /--bag-column: .* got --steps$/],
    [
      ["--bag-column", "report", "--losses", "focal"],
      /--losses: expected losses of bags \(bag-level, .* got "focal"/,
    ],
    [["--losses", "bag-level"], /--bag-column: expected a column of bags that bag-level needs, got none$/],
  ])("refuses %j in one line", async (args, message) => {
    const ran = await compare("a.csv", ...small, ...args, "--out", "none");
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr.trim().split("\n")).toHaveLength(1);
    expect(ran.stderr.trim()).toMatch(message);
    expect(existsSync(at("none"))).toBe(false);
  });
});
