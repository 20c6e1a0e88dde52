import { describe, expect, it } from "vitest";
import { datasetFixture, resultsFixture } from "../../../../../test/results-fixture.ts";
import { adviceOf, commandsOf, predictCommandOf } from "./advice.ts";

describe("the advice of a comparison", () => {
  it("begins with what to use and ends with the next step", () => {
    const abouts = adviceOf(datasetFixture()).map(({ about }) => about);
    expect(abouts).toEqual(["What to use", "What it costs", "Also", "Next"]);
  });

  it("has the command that applies the kept model: quoted, of one of several data sets, with its own code", () => {
    const one = resultsFixture([datasetFixture()]);
    expect(predictCommandOf(one, "out", 0)).toBe("npx minimand predict out ROWS.csv");
    expect(predictCommandOf(one, "my $x's", 0)).toBe("npx minimand predict 'my $x'\\''s' ROWS.csv");
    const two = resultsFixture([datasetFixture(), datasetFixture({ name: "b" })]);
    expect(predictCommandOf(two, "out", 1)).toBe("npx minimand predict out/model/b ROWS.csv");
    const own = { ...one, ownModel: { id: "m", origin: { file: "./m.ts", sha256: "00" } } };
    expect(predictCommandOf(own, "out", 0)).toBe("npx minimand predict out ROWS.csv --with ./m.ts");
    const none = resultsFixture([{ ...datasetFixture(), model: null }]);
    expect(predictCommandOf(none, "out", 0)).toBeNull();
  });

  it("asks in a page, which has written no folder, to save the model first", () => {
    const reader = commandsOf(resultsFixture([datasetFixture()]), 0, { folder: null });
    expect(reader).toEqual([
      {
        about: "Save the files of the model into a folder minimand-model. Apply the kept model",
        command: "npx minimand predict minimand-model ROWS.csv",
      },
    ]);
    const two = resultsFixture([datasetFixture(), datasetFixture({ name: "b" })]);
    expect(predictCommandOf(two, null, 1)).toBe("npx minimand predict minimand-model ROWS.csv");
  });

  const trees = "gradient-boosted-trees";
  const led = datasetFixture();
  const report = {
    ...led,
    recommendation: { ...led.recommendation, lead: "Trees are ahead.", instead: trees },
    ranking: {
      ...led.ranking,
      entries: [
        ...led.ranking.entries,
        { ...led.ranking.entries[0], candidate: trees, label: "Boosted trees" },
      ],
    },
  };
  const typed = ["compare", "my data.csv", "-t", "y", "--losses", "focal,mae"];

  it("has the command that keeps the reference which leads, as it was typed", () => {
    const shown = (args: string[], of = resultsFixture([report])) =>
      commandsOf(of, 0, { folder: "out", typed: args });
    const [apply, keep] = shown([...typed, "--keep", "linear", "--keep=auto"]);
    expect(apply).toEqual({ about: "Apply the kept model", command: "npx minimand predict out ROWS.csv" });
    expect(keep).toEqual({
      about: "Keep the boosted trees",
      command: "npx minimand compare 'my data.csv' -t y --losses focal,mae --keep trees",
    });
    expect(shown(typed, resultsFixture([report, datasetFixture({ name: "b" })]))[1]?.about).toBe(
      "Keep the boosted trees of all data sets",
    );
    expect(shown([])).toHaveLength(1);
    const unlearnt = { ...report, recommendation: { ...report.recommendation, instead: null } };
    expect(shown(typed, resultsFixture([unlearnt])).map(({ about }) => about)).toEqual([
      "Apply the kept model",
    ]);
    expect(shown(typed, resultsFixture([led]))).toHaveLength(1);
    const behind = { to: "majority-class", mean: -0.01, low: -0.02, high: 0.01, pWorse: 0.5 };
    const trivial = {
      candidate: "majority-class",
      unbeaten: false,
      models: [{ candidate: led.model!.candidate, ...behind }],
    };
    const alone = { ...led, recommendation: { ...led.recommendation, trivial } };
    expect(shown(typed, resultsFixture([alone]))[0]?.about).toBe("Apply the kept model");
  });

  it("says what is applied where a reference was kept, which needs no own code", () => {
    const kept = { ...report, model: { ...led.model!, candidate: trees } };
    const made = resultsFixture([kept]);
    const results = {
      ...made,
      candidates: [
        ...made.candidates,
        { ...made.candidates[0], id: trees, label: "Boosted trees", kind: "reference" as const },
      ],
      ownModel: { id: "m", origin: { file: "./m.ts", sha256: "00" } },
    };
    expect(commandsOf(results, 0, { folder: "out", typed })).toEqual([
      { about: "Apply the boosted trees", command: "npx minimand predict out ROWS.csv" },
    ]);
  });
});
