import { describe, it } from "vitest";
import { agrees } from "./conformance.ts";
import { elementwiseCases } from "./elementwise.fixture.ts";
import { reduceFixtures } from "./reduce.fixture.ts";

const cases = [...elementwiseCases, ...reduceFixtures];
describe("a compiled primitive gives what the engine's cpu device gives", () => {
  it.each(cases.map((c) => [c.name, c] as const))("%s", async (_, c) => {
    await agrees(c);
  });
});
