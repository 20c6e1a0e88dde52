import { lessons, type Range } from "@minimand/papers/lessons";
import { expect, it } from "vitest";
import { fromSlider, logSteps, toSlider } from "./slider.ts";

it("sliders have another value at each step, which it is found at again", () => {
  const logs = Object.values(lessons)
    .flatMap(({ controls }) => controls)
    .filter((one) => one.kind === "range" && one.log);
  expect(logs.length).toBeGreaterThan(0);
  for (const control of logs as Range[]) {
    const steps = Array.from({ length: logSteps + 1 }, (_, at) => at);
    const values = steps.map((at) => fromSlider(control, at));
    expect(values.map((value) => toSlider(control, value))).toEqual(steps);
    expect([values[0], values[logSteps]]).toEqual([control.min, control.max]);
    expect(values).toContain(control.value);
  }
});
