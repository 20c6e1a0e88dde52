import type { Row } from "@minimand/papers";
import { describe, expect, it } from "vitest";
import { rowTables } from "./row-table.ts";

describe("rows of a report as text", () => {
  const rows: Row[] = [
    { arm: "Adv-Comp-Sum", setting: "letter, 40 % noise", score: 91.25, seeds: 5, note: null },
    { arm: "TRADES", setting: "letter", score: null, seeds: 10, note: "tuned" },
    { study: "another kind", slope: 0.123456 },
  ];

  it("are a table a kind, numbers to the right", () => {
    expect(rowTables(rows, Number.POSITIVE_INFINITY)).toBe(
      [
        "arm           setting             score  seeds  note",
        "Adv-Comp-Sum  letter, 40 % noise  91.25      5  –",
        "TRADES        letter                  –     10  tuned",
        "",
        "study          slope",
        "another kind  0.1235",
      ].join("\n"),
    );
  });

  it("lose the last columns first where there is no room, and wrap the texts of those that stay", () => {
    expect(rowTables(rows, 36, 3).split("\n\n")[0]).toBe(
      [
        "arm           setting       score",
        "Adv-Comp-Sum  letter, 40 %  91.25",
        "              noise",
        "TRADES        letter            –",
        "(a wider terminal also shows: seeds,",
        "note)",
      ].join("\n"),
    );
  });
});
