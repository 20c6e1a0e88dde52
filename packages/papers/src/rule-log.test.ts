import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { cards, outcomeOf, ruleChangeText, ruleHeading } from "./index.ts";
import type { RuleChange } from "./rule-log.ts";

const pageOf = (slug: string): string =>
  readFileSync(new URL(`./${slug}/README.md`, import.meta.url), "utf8");

/** The text of a page, the log of its rule left out. */
const besideLog = (page: string): string => page.replace(/<!-- rule-log -->[\s\S]*<!-- \/rule-log -->/, "");

/** Dates of the project's commits by their short hashes; null without a whole history, as in a copy without git. */
function history(): Map<string, string> | null {
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: import.meta.dirname, stdio: ["ignore", "pipe", "ignore"] }).toString();
  try {
    if (git("rev-parse", "--is-shallow-repository").trim() === "true") return null;
    const lines = git("log", "--format=%H %ad", "--date=format:%Y-%m-%d").trim().split("\n");
    return new Map(lines.map((line) => [line.slice(0, 7), line.slice(41)]));
  } catch {
    return null;
  }
}

describe.each(cards.map((card) => [card.slug, card] as const))("the log of the rule of %s", (slug, card) => {
  const { rule, ruleLog } = card;

  it("begins with the rule and ends with the rule as it stands", () => {
    expect(ruleLog[0]).toMatchObject({ about: "rule" });
    const last = ruleLog.findLast(({ ruleHash }) => ruleHash !== undefined);
    const own = createHash("sha256").update(rule).digest("hex").slice(0, 12);
    expect(last?.ruleHash, "the rule was changed: a line of rule-log.json has to say so").toBe(own);
  });

  it("is in the order of its dates, and says of nothing after a measured run that no results had been seen", () => {
    const dates = ruleLog.map(({ date }) => date);
    expect(dates).toEqual(dates.toSorted());
    const first = ruleLog.findIndex(({ about }) => about === "run");
    const after = first < 0 ? [] : ruleLog.slice(first + 1);
    expect(after.filter(({ seen }) => seen !== "results")).toEqual([]);
    for (const [i, { commit, about, seen, what }] of ruleLog.entries()) {
      // The last line may have come with the commit that it is about.
      if (i < ruleLog.length - 1 || commit !== null) expect(commit).toMatch(/^[0-9a-f]{7}$/);
      expect(["rule", "wording", "protocol", "shown", "run"]).toContain(about);
      expect(["nothing", "trials", "results"]).toContain(seen);
      expect(what).toMatch(/^[A-Z][\s\S]*\.$/);
    }
  });

  it("has the measured run whose verdict is told", () => {
    const last = ruleLog.findLast(({ about, scale }) => about === "run" && scale === undefined);
    expect(last?.verdict ?? null, "a line of rule-log.json has to say what was measured").toBe(
      outcomeOf(slug)?.verdict ?? null,
    );
  });

  it("is all that the page's heading goes by, and the page says it nowhere else", () => {
    const page = besideLog(pageOf(slug));
    expect(page.match(/^## Rule.*$/gm)).toEqual([`## ${ruleHeading(ruleLog)}`]);
    const elsewhere = page.replace(/^## Rule.*$/m, "");
    expect(elsewhere).not.toMatch(/before any (measured )?run|before anything ran|written (down )?before/i);
  });

  const commits = history();
  it.skipIf(commits === null)("names commits that there are, with their dates", () => {
    for (const { commit, date } of ruleLog)
      if (commit !== null) expect(commits?.get(commit), commit).toBe(date);
  });
});

describe("the heading of a rule", () => {
  const change = (about: RuleChange["about"], seen: RuleChange["seen"]) => ({ about, seen });

  it("claims no more than the log allows", () => {
    const first = change("rule", "nothing");
    expect(ruleHeading([first, change("protocol", "trials")])).toBe("Rule, written before any run");
    expect(ruleHeading([first, change("run", "trials"), change("shown", "results")])).toBe(
      "Rule, written before any run",
    );
    expect(ruleHeading([first, change("rule", "trials")])).toBe("Rule, written before any measured run");
    expect(ruleHeading([change("rule", "trials"), change("protocol", "results")])).toBe(
      "Rule, written before any measured run; protocol changed with results in view",
    );
    expect(ruleHeading([first, change("rule", "results"), change("protocol", "results")])).toBe(
      "Rule, changed with results in view",
    );
  });

  it("has lines below it that say what was seen, but of runs", () => {
    const line = { date: "2026-11-26", commit: "a60d24f", what: "It is stricter." };
    expect(ruleChangeText({ ...line, about: "rule", seen: "results" })).toBe(
      "rule, with results in view. It is stricter.",
    );
    expect(ruleChangeText({ ...line, about: "run", seen: "trials" })).toBe("run. It is stricter.");
    expect(ruleChangeText({ ...line, about: "shown", seen: "results" })).toBe(
      "also shown, with results in view. It is stricter.",
    );
  });
});
