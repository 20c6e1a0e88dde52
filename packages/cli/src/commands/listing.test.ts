import { stripVTControlCharacters as plain } from "node:util";
import { describe, expect, it } from "vitest";
import { textWidth } from "../terminal/text-width.ts";
import { listingText } from "./listing.ts";

const groups = [
  {
    heading: "Losses of classification",
    entries: [
      {
        name: "focal",
        label: "Focal",
        about: ["(1 - p_y)^gamma (-log p_y)", "gamma >= 0", "Lin et al. 2017"],
      },
      { name: "类别", label: "a label\u001b[2J of many words that is long", about: ["what it is"] },
    ],
  },
  { heading: "None of these", entries: [] },
  { entries: [{ name: "sgd", label: "SGD", about: [] }] },
];

describe("a listing", () => {
  it("has names and labels on lines of their own, and below them what they are", () => {
    expect(plain(listingText(groups, Number.POSITIVE_INFINITY))).toBe(
      [
        "Losses of classification",
        "",
        "focal   Focal",
        "    (1 - p_y)^gamma (-log p_y)   gamma >= 0   Lin et al. 2017",
        "类别    a label\\u001b[2J of many words that is long",
        "    what it is",
        "",
        "sgd     SGD",
      ].join("\n"),
    );
  });

  it("keeps parts together and cuts labels where the terminal is narrow", () => {
    const lines = plain(listingText(groups, 34)).split("\n");
    expect(lines).toContain("    gamma >= 0   Lin et al. 2017");
    expect(lines).toContain("类别   a label\\u001b[2J of many w…");
    for (const width of [8, 20, 34, 60])
      for (const line of plain(listingText(groups, width)).split("\n"))
        expect(textWidth(line)).toBeLessThanOrEqual(Math.max(width, 12));
  });
});
