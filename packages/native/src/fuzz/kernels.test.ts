import fc from "fast-check";
import { describe, it } from "vitest";
import { elementPrograms, elementSteps, everyOperation } from "./elements.fixture.ts";
import { expectBitsOfEngine, expectBitsOfGraph } from "./kernels.fixture.ts";
import { optimizerPrograms, optimizerSteps } from "./optimizers.fixture.ts";

/** More programs: `FUZZ_RUNS=20000 FUZZ_SEED=7 npx vitest run packages/native/src/fuzz`. */
const runs = Number(process.env.FUZZ_RUNS ?? 30);
const seed = Number(process.env.FUZZ_SEED ?? 1);

describe("the ends of random programs", () => {
  it("have the bits of the graph's: steps of optimizers", async () => {
    await fc.assert(
      fc.asyncProperty(optimizerPrograms, (program) => expectBitsOfGraph(optimizerSteps(program))),
      { numRuns: runs, seed },
    );
  }, 3_600_000);

  it("have the bits of the engine's: elements of vectors", async () => {
    await fc.assert(
      fc.asyncProperty(elementPrograms, (program) => expectBitsOfEngine(elementSteps(program))),
      { numRuns: runs, seed },
    );
  }, 3_600_000);

  it.each(everyOperation)("have the bits of the engine's for numbers of all kinds: $steps.0.op", (program) =>
    expectBitsOfEngine(elementSteps(program)),
  );
});
