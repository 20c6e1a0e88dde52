import { expect, it } from "vitest";
import { optionsOf, usually } from "./wanted.ts";

const form = usually({ target: "churned", pairs: false });

it("a form that nobody has touched asks for what the command does by itself", () => {
  expect(optionsOf(form)).toEqual({
    target: "churned",
    task: "auto",
    metric: "auto",
    losses: "auto",
    references: ["linear", "trees"],
    folds: 5,
    seeds: 6,
    maxEpochs: 50,
    keep: "auto",
  });
});

it("pairs have no target, and nothing that only rows have", () => {
  const pairs = { ...usually({ target: null, pairs: true }), positive: "yes", time: "day" };
  expect(optionsOf(pairs)).not.toHaveProperty("target");
  expect(optionsOf(pairs)).toMatchObject({ task: "preference" });
  for (const none of ["positive", "time"]) expect(optionsOf(pairs)).not.toHaveProperty(none);
});

it("a column that became the target is left out of those that are no inputs", () => {
  expect(optionsOf({ ...form, ignore: ["id", "churned"] }).ignore).toEqual(["id"]);
});

it("values that stand for missing ones are those of their columns, whatever the columns are called", () => {
  const { missing } = optionsOf({ ...form, missing: 'age=0, age=-9,__proto__=x,a=b=c,"size, cm"=-9,' });
  expect(Object.entries(missing!)).toEqual([
    ["age", ["0", "-9"]],
    ["__proto__", ["x"]],
    ["a=b", ["c"]],
    ["size, cm", ["-9"]],
  ]);
  for (const wrong of ["age", "=0", "age="])
    expect(() => optionsOf({ ...form, missing: wrong })).toThrow(
      `missing: expected column=value, as in age=0,income=-9 or "size, cm"=0, got '${wrong}'`,
    );
});

it("types are those of their columns, and labels are merged where asked", () => {
  const { types, mergeLabels } = optionsOf({
    ...form,
    types: 'price=text,"size, cm"=numeric',
    mergeLabels: true,
  });
  expect({ ...types, mergeLabels }).toEqual({ price: "text", "size, cm": "numeric", mergeLabels: true });
  for (const none of ["types", "mergeLabels"]) expect(optionsOf(form)).not.toHaveProperty(none);
  expect(() => optionsOf({ ...form, types: "price" })).toThrow(
    `types: expected column=value, as in zip=categorical,note=text or "size, cm"=numeric, got 'price'`,
  );
});

it("minutes are milliseconds of a budget", () => {
  expect(optionsOf({ ...form, budget: 5 }).budget).toBe(300_000);
});
