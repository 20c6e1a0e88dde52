import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { sampleCsv, tiny, workFolder } from "../../../test/support/cli.ts";

describe("--quiet", () => {
  it("leaves results and errors, wherever it stands", async () => {
    const { at, run } = workFolder();
    writeFileSync(at("a.csv"), sampleCsv());
    const compare = await run(["compare", "a.csv", "-t", "y", ...tiny, "--quiet", "--out", "o"]);
    expect([compare.code, compare.stderr]).toEqual([0, ""]);
    expect(compare.stdout).toContain("Cross-entropy");
    const rows = "size,weight,kind\n1,2,black\n";
    const predict = ["predict", "o", "-"];
    expect((await run(predict, { stdin: rows })).stderr).toContain("did not occur in training");
    const quiet = await run(["--quiet", ...predict], { stdin: rows });
    expect([quiet.code, quiet.stderr]).toEqual([0, ""]);
    expect(quiet.stdout).toMatch(/^prediction,.*\n(yes|no),/);
    const played = ["--algorithms", "lin-ucb", "--seeds", "1", "--quiet"];
    const bandit = await run(["bandit", "simulate", "a.csv", "-t", "y", ...played]);
    expect([bandit.code, bandit.stderr]).toEqual([0, ""]);
    expect(bandit.stdout).toContain("lin-ucb");
    const refused = await run([...predict, "--quiet"], { stdin: "size\n1\n" });
    expect([refused.code, refused.stdout]).toEqual([2, ""]);
    expect(refused.stderr).toMatch(/^minimand: stdin: expected the 2 columns .*\n$/);
  });
});
