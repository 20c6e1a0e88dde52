import type { RuleChange } from "@minimand/papers";
import { describe, expect, it } from "vitest";
import { latestRuns, measuredRuns } from "./runs.ts";

const line = (date: string, about: RuleChange["about"], more: Partial<RuleChange> = {}): RuleChange => ({
  date,
  about,
  commit: null,
  seen: "results",
  what: `${about} of ${date}.`,
  ...more,
});
const log = [
  line("2026-01-01", "rule"),
  line("2026-01-02", "run", { verdict: "reproduced" }),
  line("2026-01-03", "protocol"),
  line("2026-01-04", "wording"),
  line("2026-01-05", "run", { verdict: "not reproduced" }),
  line("2026-01-06", "run", { verdict: "reproduced", scale: "full" }),
  line("2026-01-07", "run", { verdict: "not reproduced" }),
];

describe("the measured runs of a rule log", () => {
  it("compare each verdict with the run before at the same scale", () => {
    expect(measuredRuns(log).map(({ scale, before, verdict }) => [scale, before, verdict])).toEqual([
      ["default", null, "reproduced"],
      ["default", "reproduced", "not reproduced"],
      ["full", null, "reproduced"],
      ["default", "not reproduced", "not reproduced"],
    ]);
  });

  it("name the changes of rule and protocol since that run, and nothing before the first", () => {
    const changes = measuredRuns(log).map((run) => run.changes.map(({ date }) => date));
    expect(changes).toEqual([[], ["2026-01-03"], [], []]);
  });

  it("include the one that changed the verdict, and the latest", () => {
    const dates = (lines: RuleChange[]) => latestRuns(measuredRuns(lines)).map(({ date }) => date);
    expect(dates(log)).toEqual(["2026-01-05", "2026-01-07"]);
    expect(dates(log.slice(0, 5))).toEqual(["2026-01-05"]);
    // A run at the full scale doesn't change the verdict of the catalogue.
    const full = line("2026-01-08", "run", { verdict: "partly reproduced", scale: "full" });
    expect(dates([...log, full])).toEqual(["2026-01-05", "2026-01-08"]);
    expect(dates(log.slice(0, 2))).toEqual(["2026-01-02"]);
    expect(dates(log.slice(0, 1))).toEqual([]);
  });
});
