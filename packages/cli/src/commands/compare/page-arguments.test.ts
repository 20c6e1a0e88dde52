import { type AskedOptions, argumentsOf, commandOf, settingsAsked } from "@minimand/compare/web";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { type CompareOptions, settingsOf, withCompareOptions } from "./compare-options.ts";

const file = (name: string): File => new File(["x,y\n1,a\n2,b\n"], name);

/** What the command makes of arguments. */
function parsed(words: readonly string[]): { files: string[]; options: CompareOptions } {
  const command = withCompareOptions(new Command("compare").argument("<file...>")).exitOverride();
  command.parse([...words.slice(1)], { from: "user" });
  return { files: command.args, options: command.opts<CompareOptions>() };
}

const many: AskedOptions[] = [
  { target: "y" },
  { target: "the class", metric: "f1", losses: ["focal", "z-loss"], references: [], hidden: [16, 8] },
  { target: "y", seeds: 2, folds: 3, configurations: 1, maxEpochs: 7, patience: 2, batchSize: 32 },
  { target: "y", task: "multiclass", model: "linear", rope: 0.02, alpha: 0.1, positive: "it's b" },
  { target: "y", labelNoise: 0.2, imbalance: 5, ignore: ["a", "b"], group: "g", strict: true },
  { target: "y", types: { zip: "categorical", day: "date-dmy" }, missing: { age: ["-9", "99"], x: ["0"] } },
  { target: "y", ignore: ["size, cm", '"x"'], missing: { "a, b": ["1,5"] }, types: { "c,d": "text" } },
  { target: "y", mergeLabels: true, types: { price: "text" } },
  { target: "y", optimizers: ["lion"], steps: ["sam"], damaged: "refuse", time: "t", losses: "auto" },
  { target: "y", references: ["trees"], bagColumn: null, group: null, keep: "auto", quantize: [] },
  { target: "y", bins: 0, members: 1, model: "mlp" },
  { target: "y", model: "linear", bins: 16, members: 5, quantize: [4] },
  {
    task: "preference",
    flipRate: { from: "known", epsilon: 0.2, lower: null, upper: null },
    references: ["linear"],
  },
];

describe("the command that a page tells", () => {
  it.each(many)("has the settings that the page has: %j", (options) => {
    const asked = { files: [file("a b.csv"), file("c.csv")], options };
    const { files, options: given } = parsed(argumentsOf(asked));
    expect(files).toEqual(["a b.csv", "c.csv"]);
    expect(settingsOf(given.target ?? "preference", given)).toEqual(settingsAsked(asked));
  });

  it("names other files, the model that is kept, widths and the time", () => {
    const options: AskedOptions = { target: "y", keep: "linear", quantize: [8, 4], budget: 90_000 };
    const asked = { files: [file("a.csv")], test: file("b.csv"), unlabeled: file("c.csv"), options };
    const { options: given } = parsed(argumentsOf(asked));
    expect(given).toMatchObject({ ...options, test: "b.csv", unlabeled: "c.csv" });
    expect(settingsOf("y", given)).toEqual(settingsAsked(asked));
  });

  it("is quoted for a shell", () => {
    expect(commandOf({ files: [file("it's.csv")], options: { target: "a b" } })).toBe(
      "npx minimand compare 'it'\\''s.csv' --target 'a b'",
    );
  });
});

describe("what a page asks for", () => {
  const files = [file("a.csv")];
  it.each<[AskedOptions, string]>([
    [{}, "target: expected the column to predict, got none"],
    [{ target: "y", model: "own" }, "model: expected mlp or linear, got own: modules of one's own"],
    [{ target: "y", folds: 1 }, "--folds: expected an integer >= 2 and <= 1000, got 1"],
    [{ target: "y", budget: 0 }, "budget: expected milliseconds above 0, got 0"],
    [{ target: "y", epochs: 3 } as AskedOptions, "options: expected only the options"],
  ])("is refused in a line: %j", (options, message) => {
    expect(() => settingsAsked({ files, options })).toThrow(message);
  });

  it("has one training file beside rows to test on", () => {
    const options = { target: "y" };
    expect(() => settingsAsked({ files: [...files, file("b.csv")], test: file("c.csv"), options })).toThrow(
      "--test: expected one training file, got several",
    );
    expect(() => settingsAsked({ files: [], options })).toThrow(
      "files: expected at least one file, got none",
    );
  });
});
