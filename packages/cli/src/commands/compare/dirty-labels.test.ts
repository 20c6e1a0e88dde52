import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Results } from "@minimand/compare";
import { beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder, tiny } from "../../../../../test/support/cli.ts";
import { oneProcess } from "../../one-process.fixture.ts";

const folder = temporaryFolder();
const at = (...path: string[]): string => join(folder, ...path);
const once = oneProcess(folder);
const run = (...args: string[]) => once(args);
const resultsOf = (out: string): Results => JSON.parse(readFileSync(at(out, "results.json"), "utf8"));

// A form that people fill in by hand: three answers in seven spellings, and prices that were not always known.
const noes = ["NO", "No", "no"];
const yeses = ["YES", "Yes", "yes"];
const lines = Array.from({ length: 90 }, (_, i) => {
  const price = i % 18 === 5 ? "ask" : (31 * i) % 97;
  const answer = price === "ask" ? "ja" : price > 48 ? yeses[i % 3] : noes[i % 3];
  return `${(7 * i) % 13},${price},${answer}`;
});
const compare = ["compare", "form.csv", "-t", "answer", ...tiny];

beforeAll(() => writeFileSync(at("form.csv"), `age,price,answer\n${lines.join("\n")}\n`));

describe("a target in several spellings, and numbers with a few words among them", () => {
  it("the finding that advises to merge labels comes first, in the terminal and in the results", async () => {
    const { code, stderr } = await run(...compare, "--out", "plain");
    expect(code).toBe(0);
    const merging =
      /^ {2}answer: labels that differ in case or spaces only are different classes: .*--merge-labels/;
    expect(stderr.split("\n").slice(0, 2)).toEqual([
      "form: 90 rows, 2 inputs, multiclass, 7 classes",
      expect.stringMatching(merging),
    ]);
    expect(resultsOf("plain").datasets[0]!.notes[0]).toMatchObject({ level: "warning", about: "task" });
  });

  it("--merge-labels makes three classes of them, and --types keeps the words", async () => {
    const merged = await run(...compare, "--merge-labels", "--out", "o");
    expect(merged.code).toBe(0);
    expect(merged.stderr).toContain("form: 90 rows, 2 inputs, multiclass, 3 classes\n");
    expect(merged.stderr).toContain(
      "price: 5 of 90 values are no numbers and read as missing: 'ask'; --types price=text (or =categorical) keeps them",
    );
    const { settings, datasets } = resultsOf("o");
    expect(settings.mergeLabels).toBe(true);
    expect(datasets[0]!.features).toMatchObject([
      { name: "age", kind: "numeric" },
      { name: "price", kind: "numeric", missing: 5 },
    ]);
    const typed = await run(...compare, "--merge-labels", "--types", "price=text", "--out", "typed");
    expect(typed.code).toBe(0);
    expect(typed.stderr).not.toContain("read as missing");
    expect(resultsOf("typed").datasets[0]!.features[1]).toMatchObject({ name: "price", kind: "text" });
  });

  it("the kept model reads rows in the same way", async () => {
    writeFileSync(at("new.csv"), "age,price\n3,ask\n3,tbd\n3,\n3,40\n");
    const { code, stdout, stderr } = await run("predict", "o", "new.csv");
    expect(code).toBe(0);
    expect(stderr).toContain(
      "price: 2 values are no numbers and read as missing, as in training: 'ask', 'tbd'\n",
    );
    const [header, ask, tbd, missing, number] = stdout.trim().split("\n");
    expect(header).toMatch(/^prediction/);
    expect([tbd, missing]).toEqual([ask, ask]);
    expect(number).not.toBe(ask);
    const typed = await run("predict", "typed", "new.csv");
    expect(typed.code).toBe(0);
    expect(typed.stderr).not.toContain("no numbers");
  });

  it("predict says which column has no value in any row", async () => {
    writeFileSync(at("empty.csv"), "age,price\n3,\n4,NA\n");
    const { code, stderr } = await run("predict", "o", "empty.csv");
    expect(code).toBe(0);
    expect(stderr).toBe(
      "price: no row has a value in this column: the model predicts as for training rows without a value; check that the file is the right one\n",
    );
  });

  it("--missing of the target leaves rows out", async () => {
    const { code, stderr } = await run(
      ...compare,
      ...["--missing", "answer=ja", "--merge-labels", "--out", "binary"],
    );
    expect(code).toBe(0);
    expect(stderr).toContain("form: 85 rows, 2 inputs, binary, 2 classes\n");
    expect(stderr).toContain("answer: left out 5 rows without a target, 85 remain\n");
  });
});
