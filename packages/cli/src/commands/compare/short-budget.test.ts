import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Results } from "@minimand/compare";
import { expect, it } from "vitest";
import { sampleCsv, temporaryFolder } from "../../../../../test/support/cli.ts";
import { oneProcess } from "../../one-process.fixture.ts";

it("a budget that is too short for all candidates compares those that it has time for, and names the number of the others", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "a.csv"), sampleCsv(60));
  const losses = ["focal", "hinge", "squared-hinge", "exponential", "anyloss"];
  const { code, stdout, stderr } = await oneProcess(folder)([
    ...["compare", "a.csv", "-t", "y", "--losses", losses.join(","), "--references", "none"],
    ...["--hidden", "4", "--max-epochs", "2", "--workers", "1", "--budget", "1s", "--out", "o"],
  ]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/budget: \d candidates? of \d left out, the slowest: '.*'; the same command/);
  const { candidates, datasets, cut }: Results = JSON.parse(
    readFileSync(join(folder, "o/results.json"), "utf8"),
  );
  const ids = candidates.map(({ id }) => id);
  expect(ids).toContain("cross-entropy");
  expect(losses.filter((id) => ids.includes(id)).length).toBeLessThan(losses.length);
  const absent = losses.filter((id) => !ids.includes(id)).map((id) => `'${id}'`);
  const [said] = cut?.missing.filter((text) => text.includes("left out")) ?? [];
  expect(said).toMatch(/of \d left out, the slowest: /);
  expect(said?.split(": ")[1]?.split(", ").toSorted()).toEqual(absent.toSorted());
  const [{ trials, ranking, model }] = datasets;
  expect(trials.filter(({ candidate }) => !ids.includes(candidate))).toEqual([]);
  expect(ranking.entries.map(({ candidate }) => candidate).toSorted()).toEqual(ids.toSorted());
  expect(model).not.toBeNull();
  expect(stdout).toContain("npx minimand predict o ROWS.csv");
});
