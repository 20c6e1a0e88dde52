import { expect, it } from "vitest";
import { withPresentNames } from "./renamed-options.ts";

const names = { nClasses: "classes" };

it("gives an option with an old name its present one", () => {
  expect(withPresentNames({ tau: 1, nClasses: 3 }, names)).toEqual({ tau: 1, classes: 3 });
});

it("leaves options as they are that have no old name, or both names", () => {
  for (const given of [
    { tau: 1, classes: 3 },
    { nClasses: 3, classes: 4 },
  ])
    expect(withPresentNames(given, names)).toBe(given);
});

it("leaves what is no object to whoever reads the options", () => {
  for (const given of [undefined, null, 3]) expect(withPresentNames(given as never, names)).toBe(given);
});
