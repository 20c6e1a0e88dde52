import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { cards, papers, type Row } from "@minimand/papers";
import { describe, expect, it } from "vitest";
import { fillBlocks } from "../scripts/docs/blocks.ts";
import { measuredFrom, type Report } from "../scripts/docs/measured.ts";
import { generatedPages } from "../scripts/docs/pages.ts";
import { measuredFile, measuredOf } from "../scripts/docs/papers.ts";
import { registryFiles } from "../scripts/docs/registry.ts";
import { filesOfReport, measuredOfReport } from "../scripts/docs/take-report.ts";
import { fillTemplate } from "../scripts/docs/template.ts";
import { tableOfView } from "../scripts/docs/view.ts";

describe("committed pages", () => {
  it.each([...registryFiles(), ...generatedPages()])(
    "%s shows what its source says (npm run docs)",
    (path, page) => {
      expect(readFileSync(path, "utf8")).toBe(page);
    },
  );

  it("of papers say how long their run took, as the command does", () => {
    for (const { card, listing } of papers) {
      if (listing.measured === undefined) continue;
      const { slug } = card;
      const { seconds } = listing.measured;
      const page = readFileSync(`packages/papers/src/${slug}/README.md`, "utf8");
      expect(
        [`${seconds} seconds`, `${seconds / 60} minutes`].some((text) => page.includes(text)),
        slug,
      ).toBe(true);
    }
  });

  it("of papers all show the log of their rule, verdict, tables and what to do with it", () => {
    for (const { slug } of cards) {
      const page = readFileSync(`packages/papers/src/${slug}/README.md`, "utf8");
      expect(page, slug).toContain("\n<!-- /verdict -->\n");
      expect(page, slug).toContain("\n<!-- /measured -->\n");
      expect(page, slug).toContain("### Log of the rule\n\n<!-- rule-log -->\n\n- ");
      expect(page, slug).toContain("## In practice\n\n<!-- practice -->\n\n");
    }
  });
});

describe("a text with cells in it", () => {
  const row = { arm: "SAF", "max|x|": 0.63, gain: -0.0341, tiny: 1.2e-5, "p (paired)": null };

  it("writes numbers as they are, with decimals, in percent, with their sign", () => {
    expect(fillTemplate("{arm}: {max|x|}, {max|x|@1}, {gain@+%1}, {max|x|@+2}, {tiny}", row)).toBe(
      "SAF: 0.63, 0.6, -3.4, +0.63, 1.2e-5",
    );
  });

  it("leaves out what is in brackets where its cell is empty, and is empty where another is", () => {
    expect(fillTemplate("{gain@2}[ (p {p (paired)})]", row)).toBe("-0.03");
    expect(fillTemplate("{gain@2} (p {p (paired)})", row)).toBe("");
  });

  it("refuses columns that aren't there and formats that are none", () => {
    expect(() => fillTemplate("{gian}", row)).toThrow(/^no column 'gian' among arm, /);
    expect(() => fillTemplate("{gain@x}", row)).toThrow(/^'x': expected/);
  });
});

describe("a table of measured rows", () => {
  const rows: Row[] = [
    { cell: "a", arm: "x", score: 1 },
    { cell: "a", arm: "y", score: 2 },
    { cell: "b", arm: "x", score: 4 },
    { study: "another" },
  ];

  it("lists rows that have its columns and values, or crosses two of them, the best of a line bold", () => {
    expect(tableOfView(rows, { where: { arm: "x" }, columns: { of: "{cell}", is: "{score@1}" } })).toBe(
      "| of  | is  |\n| --- | --- |\n| a   | 1.0 |\n| b   | 4.0 |",
    );
    expect(
      tableOfView(rows, { rows: "{cell}", across: "{arm}", cell: "{score}", head: "cell", bold: "largest" }),
    ).toBe(
      "| cell | x     | y     |\n| ---- | ----- | ----- |\n| a    | 1     | **2** |\n| b    | **4** |       |",
    );
  });

  it("refuses a view that nothing answers, and two rows for one place", () => {
    expect(() => tableOfView(rows, { where: { arm: "z" }, columns: { of: "{cell}" } })).toThrow(
      /no measured row/,
    );
    expect(() => tableOfView(rows, { rows: "{cell}", across: "", cell: "{score}" })).toThrow(
      /2 measured rows for 'a'/,
    );
  });
});

describe("a page with generated parts", () => {
  it("keeps all else, and refuses a part that is opened only", () => {
    expect(fillBlocks("a\n<!-- x -->\nold\n<!-- /x -->\nb", "x", () => "new")).toBe(
      "a\n<!-- x -->\n\nnew\n\n<!-- /x -->\nb",
    );
    expect(() => fillBlocks("<!-- x -->\nold", "x", () => "new")).toThrow(/1 of 1 can't be read/);
  });
});

describe("a report that is committed", () => {
  const report: Report = {
    scale: "default",
    verdict: "reproduced",
    because: "all of it",
    rows: [],
    created: "2026-11-25T01:02:03.456Z",
    code: "cafe0123456789",
    engine: { name: "wasm", version: "@jax-js/jax 0.1.25", threads: 1 },
    versions: { minimand: "0.1.0", engine: "@jax-js/jax 0.1.25 (wasm)", node: "24.0.0" },
    seeds: 5,
    firstSeed: null,
  };

  it("keeps what pages may show and what made it, and must tell its seeds", () => {
    const { firstSeed: _, ...kept } = report;
    expect(measuredFrom({ ...report, series: [] } as Report)).toEqual(kept);
    expect(() => measuredFrom({ ...report, seeds: null })).toThrow(/^seeds: expected a number, /);
    expect(() => measuredFrom({ ...report, seeds: 2, scale: "quick" })).toThrow(/^scale: expected default/);
    expect(() => measuredFrom({ ...report, firstSeed: 100 })).toThrow(/^firstSeed: expected the paper's own/);
  });

  it("stands whole and compressed beside what is kept of it", () => {
    const text = `${JSON.stringify({ ...report, card: { slug: "dhkd" }, series: [1, 2] })}\n`;
    const files = filesOfReport("dhkd", text);
    const folder = "packages/papers/src/dhkd";
    expect([...files.keys()]).toEqual([`${folder}/measured.json`, `${folder}/report.json.gz`]);
    expect(JSON.parse(files.get(`${folder}/measured.json`) as string)).toEqual(measuredFrom(report));
    expect(gunzipSync(files.get(`${folder}/report.json.gz`) as Uint8Array).toString()).toBe(text);
    const full = filesOfReport("dhkd", text.replace('"default"', '"full"'));
    expect([...full.keys()]).toEqual([`${folder}/measured-full.json`, `${folder}/report-full.json.gz`]);
    expect(() => filesOfReport("saf", text)).toThrow(/^report: expected one of 'saf', got 'dhkd'/);
  });

  it("is what measured.json says, of every paper and scale that is measured", () => {
    for (const { slug } of cards) {
      for (const full of [false, true].filter((full) => existsSync(measuredFile(slug, full))))
        expect(measuredOfReport(slug, full), slug).toEqual(measuredOf(slug, full));
    }
  });
});
