import { expect, it } from "vitest";
import { suggest } from "./suggest.ts";

it.each([
  ["Outcom", ["Outcome", "Age"], "Outcome"],
  ["OUTCOME", ["Age", "outcome"], "outcome"],
  ["foclal", ["hinge", "focal"], "focal"],
  ["acc", ["mcc", "balanced-accuracy", "accuracy"], "accuracy"],
  ["auc", ["mcc", "roc-auc", "pr-auc"], "roc-auc"],
  ["r2", ["f2", "r2-score"], "f2"],
  ["zzzz", ["Outcome", "Age"], null],
  ["x", [], null],
])("suggests for %s among %j: %s", (name, candidates, expected) => {
  expect(suggest(name, candidates)).toBe(expected);
});
