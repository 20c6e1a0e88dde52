import { crossEntropy, sam, sgd } from "minimand";
import { describe, expect, it } from "vitest";
import type { Candidate, LossCandidate, ObjectiveCandidate, OwnStepCandidate } from "./candidate.ts";
import { candidates } from "./candidates.ts";
import { checkCandidates } from "./check-candidates.ts";
import { methods } from "./methods.ts";

const own: LossCandidate = {
  kind: "loss",
  id: "own",
  label: "Own loss",
  formula: "-log p_y",
  tasks: ["binary", "multiclass"],
  settings: [],
  parameters: {},
  loss:
    () =>
    (f, y, { weights }) =>
      crossEntropy(f, y, { weights }),
};
const { tasks: _tasks, loss: _loss, ...described } = own;

/** What is said of a candidate as JavaScript may write it. */
const refusal = (given: Record<string, unknown> | null): string => {
  try {
    checkCandidates([given as unknown as Candidate]);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};

describe("checkCandidates", () => {
  it("takes every candidate of the comparison, under another name", () => {
    const renamed = [...candidates, ...methods].map((c) => ({ ...c, id: `my-${c.id}` }));
    expect(() => checkCandidates(renamed)).not.toThrow();
  });

  it("names the candidate, the field, what was expected and what came", () => {
    expect(refusal(null)).toBe("candidates[0]: expected a candidate, got null");
    expect(refusal({ ...own, kind: "los" })).toBe(
      'candidates[0].kind: expected one of "loss", "objective", "optimizer", "step", "reference", got "los"',
    );
    expect(refusal({ ...own, id: "my loss" })).toBe(
      `candidates[0].id: expected a name of letters, digits, '-', '_' and '.', got "my loss"`,
    );
    expect(refusal({ ...own, label: undefined })).toBe("candidates[0].label: expected a text, got undefined");
    expect(refusal({ ...own, loss: "focal" })).toBe('candidates[0].loss: expected a function, got "focal"');
    expect(refusal({ ...described, kind: "step", minimises: "all", step: sam })).toMatch(
      /^candidates\[0\]\.minimises: expected one of .*, got "all"$/,
    );
    expect(refusal({ ...own, paramaters: {} })).toMatch(
      /^candidates\[0\]: expected only the options .*, got "paramaters": did you mean 'parameters'\?$/,
    );
    // Only what is anybody's to give is listed, though what loading adds is taken.
    expect(refusal({ ...own, paramaters: {} })).not.toMatch(/origin|extensionOn|classWeighted/);
    expect(() => checkCandidates([{ ...own, origin: { file: "a.ts", sha256: "0" } }])).not.toThrow();
    expect(refusal({ ...own, tasks: ["ranking"] })).toMatch(/^candidates\[0\]\.tasks\[0\]: expected one of /);
    expect(refusal({ ...own, tasks: [] })).toMatch(/^candidates\[0\]\.tasks: expected a list of some of /);
    expect(refusal({ ...own, needs: ["teacher"] })).toBe(
      'candidates[0].needs: expected none for the kind loss, got "teacher"',
    );
    const optimizer = { ...described, kind: "optimizer", optimizer: () => sgd(0.1) };
    expect(refusal({ ...optimizer, rates: [1e-3, 1e-1] })).toBe("");
    expect(refusal({ ...optimizer, rates: [1e-3] })).toMatch(
      /^candidates\[0\]\.rates: expected \[slowest, fastest\]/,
    );
    expect(refusal({ ...optimizer, rates: [1e-1, 1e-3] })).toMatch(/^candidates\[0\]\.rates\[1\]: /);
    expect(refusal({ ...own, kind: "objective", loss: undefined, objective: sam, memory: {} })).toMatch(
      /^candidates\[0\]: .* got "loss"/,
    );
    expect(refusal({ ...described, tasks: own.tasks, kind: "objective", objective: sam, memory: {} })).toBe(
      "candidates[0].memory: expected a function, got object",
    );
    expect(refusal({ ...own, head: "round" })).toMatch(/^candidates\[0\]\.head: /);
  });

  it("asks for the same parameters in settings and descriptions, with numbers", () => {
    const tuned = { ...own, parameters: { gamma: ">= 0" } };
    expect(refusal({ ...tuned, settings: [{ gamma: 2 }] })).toBe("");
    expect(refusal(tuned)).toMatch(
      /^candidates\[0\]\.settings: expected at least one for the parameters gamma/,
    );
    expect(refusal({ ...tuned, settings: [{ gamma: "2" }] })).toBe(
      'candidates[0].settings[0].gamma: expected a finite number, got "2"',
    );
    expect(refusal({ ...own, parameters: { learningRate: "> 0" } })).toMatch(
      /^candidates\[0\]\.parameters: .* got "learningRate"$/,
    );
    expect(refusal({ ...tuned, settings: [{ gama: 2 }] })).toMatch(
      /^candidates\[0\]\.settings\[0\]: expected only the options gamma, got "gama"/,
    );
  });

  it.each(["focal", "sam", "majority-class", "all"])("refuses the name %s, which is taken", (id) => {
    expect(refusal({ ...own, id })).toBe(
      `candidates[0].id: expected a name that no other candidate has, got "${id}"`,
    );
  });

  it("refuses one name for two", () => {
    expect(() => checkCandidates([own, { ...own, label: "Other" }])).toThrow(/^candidates\[1\]\.id: /);
    expect(() => checkCandidates([own], [own])).toThrow(/^candidates\[0\]\.id: /);
  });
});

describe("a candidate that is none", () => {
  it("does not compile", () => {
    // @ts-expect-error a loss has no teacher to learn from: it sees output and labels alone
    const taught: Candidate = { ...own, needs: ["teacher"] };
    // @ts-expect-error an objective has a function of that name, and no loss
    const bare: Candidate = { ...own, kind: "objective" };
    // @ts-expect-error an optimizer minimises the loss of the baseline, and has none itself
    const both: Candidate = { ...described, kind: "optimizer", optimizer: () => sgd(0.1), loss: own.loss };
    // @ts-expect-error a step that brings its own loss is not given the baseline's
    const around: OwnStepCandidate["step"] = (_, model, { objective, ...parts }) =>
      sam({ model, objective, ...parts });
    // @ts-expect-error an objective is given one number of every example, so no logits of a teacher
    const needy: ObjectiveCandidate["needs"] = ["teacher"];
    expect([taught, bare, both, around, needy]).toHaveLength(5);
  });
});
