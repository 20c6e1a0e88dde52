import { expect, it } from "vitest";
import { computedOnNotes, computedOnText } from "./computed-on.ts";

const computedOn = [
  { cpu: "Intel Xeon", trials: 1 },
  { cpu: "AMD EPYC", trials: 40 },
];

it("names the kinds of CPU, most trials first", () => {
  expect(computedOnText(computedOn)).toBe("AMD EPYC: 40 trials, Intel Xeon: 1 trial");
});

it("notes a mixture of them, and nothing else", () => {
  expect(computedOnNotes(computedOn)).toEqual([
    {
      level: "info",
      text: "CPUs of 2 kinds have computed trials, and may round differently (AMD EPYC: 40 trials, Intel Xeon: 1 trial)",
    },
  ]);
  expect(computedOnNotes(computedOn.slice(1))).toEqual([]);
  expect(computedOnNotes()).toEqual([]);
});
