import { expect, it } from "vitest";
import type { CandidateSummary } from "../../results.ts";
import { comparedText } from "./index.ts";

const kinds = (...some: CandidateSummary["kind"][]) => some.map((kind) => ({ kind }));

it.each([
  [kinds("loss", "loss", "loss", "reference", "reference"), "2 losses, the baseline and 2 references"],
  [kinds("loss", "loss", "reference"), "1 loss, the baseline and 1 reference"],
  [kinds("loss", "optimizer", "step"), "2 candidates and the baseline"],
  [kinds("loss", "reference"), "no loss but the baseline, and 1 reference"],
  [kinds("loss"), "no loss but the baseline"],
])("what is compared is counted by what it is", (candidates, text) => {
  expect(comparedText(candidates)).toBe(text);
});
