import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import {
  acrossFixture,
  datasetFixture,
  quantizationFixture,
  resultsFixture,
} from "../../../../test/results-fixture.ts";
import type { DatasetReport, Results } from "../results.ts";
import { readResults } from "../results-shape.ts";
import { areRecords } from "../run/are-records.ts";
import { renderReport } from "./index.ts";

const refresh = '<meta http-equiv="refresh" content="0; url=https://attacker.example">';

/** Results with every part that a report shows. */
function wholeResults(): Results {
  const small = { seeds: { planned: [0], complete: [0] }, folds: 3 };
  const origin = { file: "own.ts", sha256: "ab" };
  const more: Partial<DatasetReport> = {
    time: "day",
    bags: { column: "bag", count: 3, smallest: 1, largest: 9 },
    quantization: quantizationFixture(),
  };
  const preference: DatasetReport["preference"] = {
    flipRate: { from: "known", epsilon: 0.1, lower: null, upper: null },
    judgedBy: { folds: 3, identifiable: 3, least: 0.1, most: 0.2 },
    accuracy: 0.8,
    corrected: 0.9,
    sentences: ["Labels flip."],
  };
  const datasets = [
    { ...datasetFixture({ ...small, name: "a" }), ...more },
    datasetFixture({ ...small, name: "b", task: "regression" }),
    { ...datasetFixture({ ...small, name: "c", task: "preference" }), preference },
  ];
  const whole = resultsFixture(datasets, acrossFixture());
  whole.candidates[3].origin = origin;
  datasets[0].trials[0].weights = { a: 0.4, b: 0.6 };
  whole.ownModel = { id: "mine", origin };
  whole.cut = { missing: ["2 of 3 folds"], trials: 9, alphaLeft: 0.01 };
  whole.computedOn = [{ cpu: "AMD EPYC", trials: 9 }];
  whole.settings = {
    ...whole.settings,
    positive: "yes",
    ignore: ["id"],
    group: "person",
    types: { zip: "categorical" },
    missing: { a: ["?"] },
  };
  return whole;
}

type Path = readonly (string | number)[];

/** The paths of all texts and numbers. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return value === null ? [] : [path];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return entries.flatMap(([key, own]) => pathsOf(own, [...path, key]));
}

const textPaths = (value: unknown): Path[] =>
  pathsOf(value).filter((path) => {
    const found = path.reduce<unknown>((own, key) => (own as Record<string | number, unknown>)[key], value);
    return typeof found === "string";
  });

const kindOf = (path: Path): string => path.map((key) => (typeof key === "number" ? "*" : key)).join(".");

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<
    string | number,
    unknown
  >;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

const mark = (text: string): string => `${text}${refresh}"'`;

/** Whether the names of an object's fields are from a table or a module, as those of candidates and parameters are. */
const isNamed = /^datasets\.\*\.metrics$|\.parameters$|^settings\.(types|missing)$/;

/** A copy with HTML behind each text of some fields. */
function marked(value: unknown, fields: ReadonlySet<string>, path: Path = []): unknown {
  if (typeof value === "string") return fields.has(kindOf(path)) ? mark(value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((own, i) => marked(own, fields, [...path, i]));
  const name = (key: string): string => (isNamed.test(kindOf(path)) ? mark(key) : key);
  return Object.fromEntries(
    Object.entries(value).map(([key, own]) => [name(key), marked(own, fields, [...path, key])]),
  );
}

const whole = wholeResults();
const fields = [...Map.groupBy(textPaths(whole), kindOf)].map(([name, [path]]) => [name, path] as const);

describe("results that somebody else has written", () => {
  it("are read as they are where they are whole", () => {
    expect(readResults(JSON.stringify(whole), "results.json")).toEqual(JSON.parse(JSON.stringify(whole)));
    expect(fields.length).toBeGreaterThan(70);
  });

  it.each(fields)("are refused in one line with an object or a list as %s", (_, path) => {
    for (const value of [{ markup: refresh }, [[refresh]]])
      expect(() => readResults(JSON.stringify(replaced(whole, path, value)), "a/results.json")).toThrow(
        /^a\/results\.json: expected results of minimand compare \(minimand\.compare\/2\), got '[^'\n]+' in the field '[^'\n]+' instead of [^\n]+$/,
      );
  });

  it.each([
    "created",
    "datasets.*.ranking.summary",
    "datasets.*.ranking.entries.*.label",
    "datasets.*.recommendation.use",
    "datasets.*.notes.*.text",
    "datasets.*.features.*.name",
    "datasets.*.source",
  ])("inject nothing into a report that skips the check: %s", (kind) => {
    const [, path] = fields.find(([name]) => name === kind)!;
    const small = { ...whole, datasets: whole.datasets.slice(0, 1), across: null };
    const foreign = replaced(small, path, { markup: refresh }) as Results;
    expect(() => renderReport(foreign, "out")).toThrow(TypeError);
  });

  it("show HTML in any text as text", () => {
    const accepted = fields.filter(([, path]) => {
      try {
        return readResults(JSON.stringify(replaced(whole, path, refresh)), "results.json");
      } catch {
        return false;
      }
    });
    const free = new Set(accepted.map(([name]) => name));
    // A metric has to be a known one.
    free.delete("datasets.*.ranking.metric");
    const foreign = marked(whole, free);
    const page = renderReport(readResults(JSON.stringify(foreign), "results.json"), mark("out"), [
      "compare",
      refresh,
    ]);
    const tagsOf = (text: string): string[] =>
      [...parseHTML(text).document.querySelectorAll("meta, script, style, a, img")].map(
        (one) => one.localName,
      );
    expect(tagsOf(page)).toEqual(tagsOf(renderReport(whole, "out", ["compare"])));
    expect(page).not.toContain(refresh);
    expect(page.split("&lt;meta http-equiv=").length).toBeGreaterThan(50);
  }, 60_000);

  it("are no trials where a field of a record is of another type", () => {
    const classes = whole.datasets[0].trials.find(({ confusion }) => confusion)?.confusion?.map(String);
    // One row.
    const logProbabilities = btoa("\0".repeat(4 * (classes?.length ?? 0)));
    const records = whole.datasets[0].trials.map((trial) => ({
      ...trial,
      predictions: { rows: "AAAAAA==", predicted: "AAAAAA==", logProbabilities },
    }));
    const grid = records.flatMap(({ tuning }) => tuning.map(({ configuration }) => configuration));
    const keyOf = ({ candidate, seed, fold }: (typeof records)[number]) => {
      const spec = { candidate, seed, fold };
      return {
        spec,
        task: "multiclass",
        classes,
        settings: whole.settings,
        candidate: { formula: "", grid },
      };
    };
    const key = keyOf(records[0]);
    for (const record of records)
      expect(areRecords(JSON.parse(JSON.stringify([record])), keyOf(record))).toBe(true);
    expect(areRecords([{ ...records[0], curve: [0.5, null] }], key)).toBe(true);
    const paths = [...Map.groupBy(pathsOf(records[0]), kindOf).values()].map(([path]) => path);
    expect(paths.length).toBeGreaterThan(20);
    for (const path of paths)
      expect(areRecords([replaced(records[0], path, { markup: refresh })], key), kindOf(path)).toBe(false);
    for (const other of [[], {}, null, [null], [{ candidate: "a", predictions: null }]])
      expect(areRecords(other, key)).toBe(false);
  });

  it("are refused where they are cut off, or those of another command", () => {
    expect(() => readResults('{"schema": ', "r")).toThrow("got a file that is not JSON or is cut off");
    expect(() => readResults('{"schema": "minimand.solve/1"}', "r")).toThrow("in the field 'schema'");
    expect(() => readResults("[]", "r")).toThrow("got nothing in the field 'schema'");
  });
});
