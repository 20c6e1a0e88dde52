import { expect, it } from "vitest";
import { datasetFixture } from "../../../test/results-fixture.ts";
import { datasetOf } from "../../../test/support/datasets.ts";
import { refuseUnknownOptions } from "../../../test/support/unknown-options.ts";
import { emptyDocument } from "../../../test/svg.ts";
import * as compare from "./index.ts";

/* What TypeScript refuses by itself. From JavaScript, a mistyped option would mean the default. */

const dataset = await datasetOf("x,y\n5,no\n2,yes\n3,no\n7,yes\n");
const table = await compare.readTable(new TextEncoder().encode("x,y\n1,no\n2,yes\n"), { name: "a.csv" });
const settings: compare.Settings = { ...compare.defaultSettings, target: "y" };
const rows = Int32Array.of(0, 1, 2, 3);
const report = datasetFixture();
const page = emptyDocument();

const takers: Record<string, (options: never) => unknown> = {
  settings: compare.checkSettings,
  makeDataset: (options) => compare.makeDataset(table, options),
  pairTable: (options) => compare.pairTable(table, options),
  folds: (options) => compare.folds(dataset, options),
  innerSplit: (options) => compare.innerSplit(dataset, rows, options),
  makeImbalanced: (options) => compare.makeImbalanced(dataset, rows, options),
  makeTrialRunner: (options) => compare.makeTrialRunner(dataset, settings, options),
  rank: (options) => compare.rank([], [], { labels: [], targets: [], groups: null }, options),
  reportDataset: (options) =>
    compare.reportDataset(
      dataset,
      { name: "a", source: "a", sha256: "", testTable: null },
      settings,
      [],
      [],
      options,
    ),
  chooseModel: (options) => compare.chooseModel([], report.ranking, options),
  fitWhole: (options) => compare.fitWhole(dataset, settings, report.model!, options),
  withTeacher: (options) => compare.withTeacher(dataset, table, {} as never, options),
  figure: (options) => compare.rankingFigure(report, page, options),
  intervalsFigure: (options) => compare.intervalsFigure([], page, options),
};

refuseUnknownOptions(takers);

it("settings are looked at wherever they are given, with the one that may be meant", () => {
  const mistyped = { ...settings, maxEpoch: 3 } as compare.Settings;
  const meant = /^settings: .* got "maxEpoch": did you mean 'maxEpochs'\?$/;
  expect(() => compare.checkSettings(mistyped)).toThrow(meant);
  expect(() => compare.makeTrialRunner(dataset, mistyped)).toThrow(meant);
  expect(() =>
    compare.reportDataset(dataset, { name: "a", source: "a", sha256: "", testTable: null }, mistyped, [], []),
  ).toThrow(meant);
});
