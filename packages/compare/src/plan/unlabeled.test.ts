import { describe, expect, it } from "vitest";
import type { Settings, Task } from "../results.ts";
import { candidateById } from "./candidates.ts";
import { chooseCandidates } from "./choose.ts";
import { unlabeledCandidates } from "./unlabeled.ts";

const own = unlabeledCandidates.map(({ id }) => id);
const chosen = (losses: Settings["losses"], task: Task, unlabeled: string | null) =>
  chooseCandidates(
    { losses, baseline: "auto", distillFrom: null, optimizers: [], steps: [], unlabeled },
    task,
  ).map(({ id }) => id);

describe("candidates with unlabelled rows", () => {
  it.each(["binary", "multiclass"] as const)(
    "run in the task %s where there is a file of them, and only there",
    (task) => {
      expect(chosen("auto", task, "more.csv")).toEqual(expect.arrayContaining(own));
      expect(chosen("auto", task, null).filter((id) => own.includes(id))).toEqual([]);
      const message = "unlabeled: expected a file of the unlabelled rows that vat needs, got none";
      expect(() => chosen(["vat"], task, null)).toThrow(message);
    },
  );

  it("have plain training and a frozen teacher beside them, whatever is asked for", () => {
    expect(chosen(["focal"], "binary", "more.csv")).toEqual(
      expect.arrayContaining(["cross-entropy", "pseudo-label", "focal"]),
    );
  });

  it("are not for regression", () => {
    expect(chosen("auto", "regression", null).some((id) => own.includes(id))).toBe(false);
    expect(() => candidateById("rss", "regression")).toThrow(/which is for binary and multiclass/);
  });
});
