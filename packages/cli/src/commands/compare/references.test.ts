import { readFileSync, writeFileSync } from "node:fs";
import { readResults } from "@minimand/compare";
import { beforeAll, describe, expect, it } from "vitest";
import { sampleCsv, tiny, workFolder } from "../../../../../test/support/cli.ts";
import { oneProcess } from "../../one-process.fixture.ts";

const { folder, at, resultsOf } = workFolder();
const run = oneProcess(folder);
const compare = (...args: string[]) => run(["compare", ...args]);
const small = ["-t", "y", ...tiny];
const trained = ["linear-model", "gradient-boosted-trees"];
const shown = [...trained, "ensemble"];

beforeAll(() => {
  const [head, ...rows] = sampleCsv().trim().split("\n");
  const withBags = rows.map((row, i) => `${row},r${Math.floor(i / 4)}`);
  writeFileSync(at("a.csv"), [`${head},report`, ...withBags, ""].join("\n"));
});

describe("minimand compare --references", () => {
  it("shows both and their ensemble, with their differences on all seeds, and keeps their trials", async () => {
    const args = ["a.csv", ...small, "--seeds", "2", "--references", "linear,trees", "--out", "both"];
    const ran = await compare(...args);
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stderr).not.toMatch(/ydf|absl|learner|\.cc:/i);
    const { candidates, datasets } = resultsOf("both");
    const [{ ranking, trials, finalists }] = datasets;
    for (const id of shown) {
      expect(candidates.find((candidate) => candidate.id === id)).toMatchObject({ kind: "reference" });
      const entry = ranking.entries.find(({ candidate }) => candidate === id);
      expect(entry).toMatchObject({ verdict: "reference", n: 4, seeds: 2 });
      expect(entry?.difference?.pairs.map(({ seed }) => seed)).toEqual([0, 0, 1, 1]);
      expect(finalists).not.toContain(id);
      expect(trials.filter(({ candidate }) => candidate === id).map(({ seed }) => seed)).toEqual([
        0, 0, 1, 1,
      ]);
    }
    const named = shown.map((id) => candidates.find((candidate) => candidate.id === id)?.label);
    for (const label of named) {
      expect(ran.stdout).toContain(label);
      expect(readFileSync(at("both", "report.html"), "utf8")).toContain(label);
    }
    const again = await compare(...args);
    expect(again.stderr).toMatch(/^all \d+ trials are already finished$/m);
    expect(again.stdout).toBe(ran.stdout);
    expect(resultsOf("both").datasets[0].trials).toEqual(trials);
    expect(readResults(readFileSync(at("both", "results.json"), "utf8"), "both")).toEqual(resultsOf("both"));
  });

  it("says why one is left out", async () => {
    const args = small.filter((arg, i) => arg !== "--hidden" && small[i - 1] !== "--hidden");
    const ran = await compare(
      "a.csv",
      ...args,
      "--model",
      "linear",
      "--references",
      "linear",
      "--out",
      "lin",
    );
    const text = "Linear model: left out of the references, as all losses train one";
    expect(ran.stderr).toContain(text);
    expect(resultsOf("lin").datasets[0].notes).toContainEqual({ level: "info", text });
    const bagged = await compare(
      ...[
        "a.csv",
        ...small,
        "--losses",
        "all",
        "--references",
        "trees",
        "--bag-column",
        "report",
        "--out",
        "bags",
      ],
    );
    expect(bagged.stderr).toContain("Gradient-boosted trees: left out of the references, as it would need");
  });

  it("refuses what is none", async () => {
    const ran = await compare("a.csv", ...small, "--references", "linaer");
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toContain(
      "--references: expected none, or some of linear, trees, got \"linaer\": did you mean 'linear'?",
    );
  });
});
