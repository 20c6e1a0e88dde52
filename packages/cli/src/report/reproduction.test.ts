import { caveatOf, type ReproductionFile } from "@minimand/papers";
import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { renderReproduction } from "./reproduction.ts";

const curve = (name: string, yLabel: string) => ({ name, xLabel: "tau", yLabel, x: [0, 1], y: [0.5, 0.75] });

const file: ReproductionFile = {
  schema: "minimand.reproduction/1",
  created: "2026-11-25T01:02:03.456Z",
  card: {
    slug: "squares",
    title: "On <squares>",
    authors: 2,
    arxiv: "2401.00001",
    date: "2024-01",
    claim: "Squares & sums.",
    rule: "Reproduced if p < 0.05.",
    ruleLog: [
      { date: "2026-11-24", commit: "0123abc", about: "rule", seen: "nothing", what: "Written & kept." },
      { date: "2026-11-25", commit: "0123abd", about: "protocol", seen: "results", what: "Three <seeds>." },
    ],
    pieces: ["square", "sum"],
    data: ["letter", "absent"],
  },
  scale: "default",
  seeds: 3,
  firstSeed: null,
  rows: [
    { loss: "a", accuracy: 0.123456, epochs: 12, note: null },
    { loss: "b", accuracy: null, epochs: 7, note: "1 diverged" },
    { "tail study": "log", risk: 1e-9 },
  ],
  series: [curve("a", "accuracy"), curve("b", "accuracy"), curve("a", "risk")],
  verdict: "not reproduced",
  because: "p = 0.2 > 0.05.",
  data: { letter: [{ file: "letter.csv.gz", sha256: "ab12" }], absent: [] },
  code: "cafe0123456789",
  versions: { minimand: "0.1.0", engine: "@jax-js/jax 0.1.25 (wasm)", node: "24.0.0" },
  engine: { name: "wasm", version: "@jax-js/jax 0.1.25", threads: 1 },
  seconds: 61,
  trials: { total: 10, kept: 4, seconds: 100 },
};

const page = (more: Partial<ReproductionFile> = {}): Document =>
  parseHTML(renderReproduction({ ...file, ...more })).document;
const textOf = (element: Element | null): string => (element?.textContent ?? "").replace(/\s+/g, " ").trim();

describe("renderReproduction", () => {
  it("is headed by title, verdict and the numbers that decided, and shows claim and rule", () => {
    const document = page();
    expect(textOf(document.querySelector("h1"))).toBe("On <squares>");
    expect(textOf(document.querySelector(".lede"))).toBe("✕not reproduced p = 0.2 > 0.05.");
    expect(textOf(document.querySelector("main"))).toContain("Squares & sums. Reproduced if p < 0.05.");
  });

  it("names the CPUs of trials that were run elsewhere, and what a mixture of them may do", () => {
    const one = [{ cpu: "AMD EPYC", trials: 7 }];
    const settings = (more: Partial<ReproductionFile>): string =>
      textOf(page(more).querySelector("section[aria-labelledby=settings]"));
    expect(settings({})).not.toMatch(/computed on|CPU/);
    expect(settings({ computedOn: one })).toContain("computed onAMD EPYC: 7 trials");
    expect(settings({ computedOn: one })).not.toContain("round differently");
    expect(settings({ computedOn: [...one, { cpu: "Intel Xeon", trials: 3 }] })).toContain(
      "CPUs of 2 kinds have computed trials, and may round differently (AMD EPYC: 7 trials, Intel Xeon: 3 trials).",
    );
  });

  it("has a table for each kind of row, with dashes where there is no value", () => {
    const tables = [...page().querySelectorAll("table")].slice(0, 2);
    const cells = tables.map((table) =>
      [...table.querySelectorAll("tr")].map((row) => [...row.children].map(textOf)),
    );
    expect(cells).toEqual([
      [
        ["loss", "accuracy", "epochs", "note"],
        ["a", "0.1235", "12", "–"],
        ["b", "–", "7", "1 diverged"],
      ],
      [
        ["tail study", "risk"],
        ["log", "1e-9"],
      ],
    ]);
    const numeric = [...tables[0].querySelectorAll("thead th")].map((head) => head.classList.contains("n"));
    expect(numeric).toEqual([false, true, true, false]);
  });

  it("has one figure for each pair of axes, for wide and narrow pages", () => {
    const document = page();
    expect([...document.querySelectorAll("h3")].map(textOf)).toEqual([
      "accuracy by tau",
      "risk by tau",
      "Pieces of the library",
    ]);
    expect(document.querySelectorAll("svg")).toHaveLength(4);
    expect(page({ series: [] }).querySelectorAll("svg")).toHaveLength(0);
  });

  it("has heat maps where there are fields, those of a quantity in one figure", () => {
    const field = (name: string, valueLabel: string) => ({
      name,
      valueLabel,
      values: [[1, null]],
      xLabel: "x",
      yLabel: "y",
    });
    const fields = [field("a", "pressure in Pa"), field("b", "pressure in Pa"), field("a", "error in Pa")];
    const document = page({ series: [], fields });
    expect([...document.querySelectorAll("h3")].map(textOf).slice(0, 2)).toEqual([
      "pressure in Pa",
      "error in Pa",
    ]);
    expect(document.querySelectorAll("svg")).toHaveLength(4);
  });

  it("has pictures where there are some", () => {
    const pictures = [{ name: "a moon", width: 1, pictures: [{ caption: "before", rgb: [1, 2, 3] }] }];
    const document = page({ pictures });
    expect(textOf(document.querySelector(".pictures figcaption"))).toBe("before");
    expect(document.querySelectorAll("img")).toHaveLength(1);
  });

  it("says when the rule was written, and tells its log to the end", () => {
    const document = page();
    expect(textOf(document.querySelector('section[aria-labelledby="claim"]'))).toContain(
      "Rule, written before any run; protocol changed with results in view",
    );
    expect([...document.querySelectorAll('section[aria-labelledby="rule-log"] li')].map(textOf)).toEqual([
      "2026-11-24, 0123abc: rule, before any run. Written & kept.",
      "2026-11-25, 0123abd: protocol, with results in view. Three <seeds>.",
    ]);
  });

  it("names command, data, trials and versions", () => {
    const settings = textOf(page().querySelector('section[aria-labelledby="settings"]'));
    for (const part of [
      "npx minimand reproduce squares --seeds 3 --engine wasm",
      "wasm: @jax-js/jax 0.1.25",
      "letter.csv.gz",
      "ab12",
      "10, 4 of them from an earlier run",
      "@jax-js/jax 0.1.25 (wasm)",
      "square, sum",
    ])
      expect(settings).toContain(part);
    expect(settings).toMatch(/absent\s*absent/);
  });

  it("says that seeds are others than the page's", () => {
    const document = page({ firstSeed: 40 });
    expect(textOf(document.querySelector(".notice"))).toContain(
      "Seeds from 40 on, others than those of the paper's page",
    );
    expect(textOf(document.querySelector('section[aria-labelledby="settings"]'))).toContain(
      "npx minimand reproduce squares --seeds 3 --first-seed 40 --engine wasm",
    );
  });

  it("says that a quick run, or one seed, proves nothing, and loads nothing", () => {
    expect(page().querySelector(".notice")).toBeNull();
    const quick = page({ scale: "quick" });
    expect(textOf(quick.querySelector(".notice"))).toContain("means nothing");
    expect(textOf(page({ seeds: 1 }).querySelector(".notice"))).toContain("One seed gives no standard error");
    const caveats = [file, { ...file, seeds: 1 }, { ...file, scale: "quick" as const, seeds: 1 }].map(
      caveatOf,
    );
    expect(caveats).toEqual([null, "one seed, no evidence", "quick run, no evidence"]);
    expect(quick.querySelectorAll("script, link, img, iframe")).toHaveLength(0);
  });
});
