import { describe, expect, it } from "vitest";
import { cards } from "../cards.ts";
import { type ResultForm, resultForm } from "./result-form.ts";
import { isOutcomeOf } from "./trial-outcome.ts";

const fits = (form: ResultForm, result: unknown): boolean => isOutcomeOf(form)({ result, seconds: 1 });

describe("isOutcomeOf", () => {
  const form: ResultForm = {
    fields: {
      part: { is: "network" },
      accuracy: "number",
      cell: { any: ["null", "string"] },
      curve: { list: { tuple: ["number", "number"] } },
      byName: { record: "number" },
      "twin?": "boolean",
    },
  };
  const result = { part: "network", accuracy: 0.5, cell: null, curve: [[1, 2]], byName: { a: 1 } };

  it("accepts results of the form, without what may be absent and with NaN as JSON writes it", () => {
    expect(fits(form, result)).toBe(true);
    expect(fits(form, { ...result, twin: true, cell: "skip" })).toBe(true);
    expect(fits(form, { ...result, accuracy: null })).toBe(true);
  });

  it.each([
    ["another literal", { part: "cell" }],
    ["a list in place of a number", { accuracy: [0.5] }],
    ["a text in place of a number", { accuracy: "0.5" }],
    ["a number in place of a text or null", { cell: 1 }],
    ["an object in place of a list", { curve: {} }],
    ["a tuple that is too long", { curve: [[1, 2, 3]] }],
    ["another value in a record", { byName: { a: 1, b: {} } }],
    ["another value in an optional field", { twin: 1 }],
    ["an absent field", { accuracy: undefined }],
  ])("refuses %s", (_, wrong) => {
    expect(fits(form, { ...result, ...wrong })).toBe(false);
  });

  it("refuses results without a computing time, and what is no object", () => {
    expect(isOutcomeOf("number")({ result: 1 })).toBe(false);
    expect(isOutcomeOf("number")({ result: 1, seconds: "1" })).toBe(false);
    expect(isOutcomeOf("number")(null)).toBe(false);
  });
});

describe("resultForm", () => {
  it.each(cards.map(({ slug }) => slug))("of %s refuses null, a number and an empty object", async (slug) => {
    const form = await resultForm(slug);
    for (const wrong of [null, 1, {}, []]) expect(fits(form, wrong)).toBe(false);
  });
});
