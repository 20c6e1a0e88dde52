import { expect, it } from "vitest";
import { distinctNames, nameOfFile } from "./file-names.ts";

it("names data by their file, so that a folder may have the name", () => {
  const files = ["churn.csv.gz", ".csv", "..csv", "...csv", "a\\b.jsonl", ".hidden.parquet", "..a.csv"];
  expect(files.map(nameOfFile)).toEqual(["churn", "data", "data", "data", "a-b", ".hidden", "..a"]);
});

it("gives names that differ on systems without capitals, too", () => {
  expect(distinctNames(["train", "test", "Train", "train"])).toEqual(["train", "test", "Train-2", "train-3"]);
});
