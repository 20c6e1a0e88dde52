import type { Dataset } from "@minimand/compare";
import { describe, expect, it } from "vitest";
import type { Images } from "../reproduction.ts";
import { checkKnownImages, checkKnownTable } from "./known-sets.ts";

const table = (rows: number, classes: number, task: Dataset["task"] = "multiclass"): Dataset =>
  ({
    task,
    rows,
    classes: Array.from({ length: classes }, (_, k) => `${k}`),
    labels: Int32Array.from({ length: rows }, (_, i) => i % classes),
  }) as Dataset;
const images = (change: Partial<Images> = {}): Images => ({
  pixels: new Uint8Array(),
  labels: Uint8Array.from({ length: 60_000 }, (_, i) => i % 10),
  count: 60_000,
  height: 28,
  width: 28,
  ...change,
});

describe("checkKnownTable", () => {
  it("takes a table that is like the set of its name, and any table under another name", () => {
    expect(() => checkKnownTable("wine", "wine.csv.gz", table(178, 3))).not.toThrow();
    expect(() => checkKnownTable("other", "other.csv.gz", table(2, 1))).not.toThrow();
    expect(() => checkKnownTable("toString", "x", table(2, 1))).not.toThrow();
  });

  it.each<[string, Dataset, string]>([
    ["wine", table(178, 2, "binary"), "expected 3 classes, as the data set wine has, got 2 classes"],
    [
      "wine",
      table(178, 1, "regression"),
      "expected 3 classes, as the data set wine has, got numbers as target",
    ],
    ["concrete", table(1030, 2), "expected numbers as target, as the data set concrete has, got 2 classes"],
    ["wine", table(30, 3), "expected at least 89 rows, as the data set wine has, got 30"],
    ["letter", table(10_000, 26), ""],
    [
      "vehicle",
      { ...table(846, 4), labels: Int32Array.from({ length: 846 }, (_, i) => (i < 3 ? 3 : i % 3)) },
      "expected at least 5 rows of each class, as the data set vehicle has, got 3 of one",
    ],
  ])("compares %s with what is known of it", (name, dataset, message) => {
    const check = () => checkKnownTable(name, "t.csv.gz", dataset);
    if (message === "") expect(check).not.toThrow();
    else expect(check).toThrow(RangeError(`t.csv.gz: ${message}`));
  });
});

describe("checkKnownImages", () => {
  it.each<[Partial<Images>, RegExp]>([
    [
      { labels: new Uint8Array(60_000) },
      /^mnist-train-labels\.idx1\.gz: expected at least 5 rows of each class/,
    ],
    [
      { labels: new Uint8Array(60_000).fill(255) },
      /^mnist-train-labels\.idx1\.gz: expected labels from 0 to 9/,
    ],
    [{ height: 14 }, /^mnist-train-images\.idx3\.gz: expected 28 x 28 pixels, .* got 14 x 28$/],
    [{ count: 40 }, /^mnist-train-images\.idx3\.gz: expected at least 5000 images/],
  ])("refuses images that are unlike the set of their name", (change, message) => {
    expect(() => checkKnownImages("mnist-train", images(change))).toThrow(message);
  });

  it("takes images that are like it, and any under another name", () => {
    expect(() => checkKnownImages("mnist-train", images())).not.toThrow();
    expect(() => checkKnownImages("faces", images({ count: 1 }))).not.toThrow();
  });
});
