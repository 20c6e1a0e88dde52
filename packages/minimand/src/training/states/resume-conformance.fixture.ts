import { random } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { batchesOf, type ConformingStep } from "../steps.fixture.ts";
import { train } from "../train.ts";
import { valuesOf } from "../values.fixture.ts";
import { loadState, saveState } from "./save-state.ts";

const hyper = { learningRate: 0.05 };

/** Every training step goes on from a saved state. */
export function stepsResume(steps: readonly ConformingStep[]): void {
  describe.each(steps.map((step) => [step.name, step] as const))("%s", (_, own) => {
    it("goes on from its saved state, in a fresh step, bit for bit as without the interruption", async () => {
      const { make, memory } = own;
      const data = batchesOf();
      // Labels of a teacher are there before the cut, and given anew after it.
      const later = { ...own.hyper, ...(own.hyper?.warmup && { warmup: 4, every: 7 }) };
      const start = (step: ReturnType<typeof make>) =>
        step.init(random.key(5), { hyper: { ...hyper, ...later }, ...(memory && { memory: memory() }) });
      const whole = make();
      const at = await train({ step: whole, state: start(whole), data, epochs: 6 });
      const first = make();
      expect(first.name).toMatch(/^\w+$/);
      const cut = await train({ step: first, state: start(first), data, epochs: 3 });
      const bytes = await saveState(first, cut.state);
      first.dispose();
      const fresh = make();
      const again = await train({
        step: fresh,
        state: loadState(fresh, bytes),
        data,
        epochs: 6,
        history: cut.history,
      });
      expect(again.history).toEqual(at.history);
      expect(valuesOf(again.state)).toEqual(valuesOf(at.state));
      for (const step of [whole, fresh]) step.dispose();
    });
  });
}
