import { expect, it } from "vitest";
import { loadFault } from "./load-fault.ts";

it.each([
  "Failed to fetch dynamically imported module: https://example.org/assets/reproduction.js",
  "error loading dynamically imported module: https://example.org/assets/reproduction.js",
  "Importing a module script failed.",
  "the worker of this run failed: its module could not be loaded",
])("says that code could not be loaded: %s", (text) => {
  expect(loadFault(text)).toMatch(/^The code for this could not be loaded/);
});

it("leaves other faults as they are", () => {
  expect(loadFault("lambda: expected a number > 0, got 0")).toBe("lambda: expected a number > 0, got 0");
});
