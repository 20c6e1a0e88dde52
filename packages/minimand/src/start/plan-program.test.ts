import fc from "fast-check";
import { expect, it } from "vitest";
import type { EngineProgram, EngineStep } from "./engine-programs.ts";
import { planProgram } from "./plan-program.ts";

const kernel = { exp: null };

/** A program of the engine's kind: each kernel reads some of the values before it, and some of all values are its outputs. */
const programs = fc
  .record({
    inputs: fc.integer({ min: 1, max: 3 }),
    kernels: fc.array(
      fc.record({ bytes: fc.integer({ min: 1, max: 400 }), reads: fc.array(fc.nat(), { maxLength: 3 }) }),
      { minLength: 1, maxLength: 25 },
    ),
    outputs: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
  })
  .map(({ inputs, kernels, outputs }): EngineProgram => {
    const count = inputs + kernels.length;
    const steps = kernels.flatMap(({ bytes, reads }, i): EngineStep[] => {
      const output = inputs + i;
      const read = [...new Set(reads.map((n) => n % output))];
      return [
        { type: "malloc", size: bytes, output },
        { type: "execute", source: kernel, inputs: read, outputs: [output] },
      ];
    });
    const ids = Array.from({ length: inputs }, (_, id) => id);
    return { steps, inputs: ids, outputs: outputs.map((n) => n % count) } as unknown as EngineProgram;
  });

it("lets no value in between lie where another one is still to be read", () => {
  fc.assert(
    fc.property(programs, (program) => {
      const plan = planProgram(program)!;
      const own = program.inputs.length + plan.made.length;
      const sizes = program.steps.flatMap((step) => (step.type === "malloc" ? [step.size] : []));
      const written = plan.kernels.map(({ places }) => places.at(-1)!);
      const lastRead = (place: number): number =>
        plan.kernels.findLastIndex(({ places }) => places.includes(place));
      const partOf = (i: number): [number, number] => {
        const start = plan.between[written[i] - own];
        return [start, start + sizes[i]];
      };
      for (const [i, place] of written.entries()) {
        if (place < own) continue;
        const [start, end] = partOf(i);
        expect(end).toBeLessThanOrEqual(plan.bytes);
        for (let before = 0; before < i; before++) {
          if (written[before] < own || lastRead(written[before]) < i) continue;
          const [from, to] = partOf(before);
          expect(to <= start || end <= from).toBe(true);
        }
      }
      expect(new Set(written).size).toBe(written.length);
    }),
  );
});

it("needs no more memory for a long chain than for a short one", () => {
  const chain = (length: number): number => {
    const steps = Array.from({ length }, (_, i): EngineStep[] => [
      { type: "malloc", size: 1000, output: i + 1 },
      { type: "execute", source: kernel, inputs: [i], outputs: [i + 1] },
    ]).flat();
    return planProgram({ steps, inputs: [0], outputs: [length] } as unknown as EngineProgram)!.bytes;
  };
  expect(chain(40)).toBe(chain(4));
});

it("leaves programs alone that have more than kernels", () => {
  const sort: EngineStep = { type: "execute", source: { name: "sort" }, inputs: [0], outputs: [1] };
  const steps: EngineStep[] = [{ type: "malloc", size: 8, output: 1 }, sort];
  expect(planProgram({ steps, inputs: [0], outputs: [1] } as unknown as EngineProgram)).toBeNull();
});
