import { describe, expect, it } from "vitest";
import { datasetFixture, resultsFixture } from "../../../../../test/results-fixture.ts";
import { adviceOf, predictCommandOf } from "./advice.ts";

describe("the advice of a comparison", () => {
  it("begins with what to use and ends with the next step", () => {
    const abouts = adviceOf(datasetFixture()).map(({ about }) => about);
    expect(abouts).toEqual(["What to use", "What it costs", "Also", "Next"]);
  });

  it("has the command that applies the kept model: quoted, of one of several data sets, with its own code", () => {
    const one = resultsFixture([datasetFixture()]);
    expect(predictCommandOf(one, "out", 0)).toBe("minimand predict out ROWS.csv");
    expect(predictCommandOf(one, "my $x's", 0)).toBe("minimand predict 'my $x'\\''s' ROWS.csv");
    const two = resultsFixture([datasetFixture(), datasetFixture({ name: "b" })]);
    expect(predictCommandOf(two, "out", 1)).toBe("minimand predict out/model/b ROWS.csv");
    const own = { ...one, ownModel: { id: "m", origin: { file: "./m.ts", sha256: "00" } } };
    expect(predictCommandOf(own, "out", 0)).toBe("minimand predict out ROWS.csv --with ./m.ts");
    const none = resultsFixture([{ ...datasetFixture(), model: null }]);
    expect(predictCommandOf(none, "out", 0)).toBeNull();
  });
});
