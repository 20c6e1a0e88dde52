import { random } from "@jax-js/jax";
import type { TrainStep } from "minimand/training";
import { expect, it } from "vitest";

/** Tests that functions, by their names, refuse an unknown option: from JavaScript, a mistyped one would mean the default. */
export function refuseUnknownOptions(takers: Record<string, (options: never) => unknown>): void {
  it.each(Object.entries(takers))("%s refuses an unknown option, naming it", async (name, take) => {
    const refusal = await Promise.resolve()
      .then(() => take({ nonsense: 1 } as never))
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(TypeError);
    expect((refusal as TypeError).message).toMatch(
      new RegExp(`^${name}: expected only the options .*, got "nonsense"$`),
    );
  });
}

/** Expects that `init` of each step refuses an unknown option, and discards the steps. */
export function refuseUnknownInit(steps: readonly Pick<TrainStep<unknown>, "init" | "dispose">[]): void {
  for (const { init, dispose } of steps) {
    const key = random.key(0);
    expect(() => init(key, { hypr: { learningRate: 0.1 } } as never)).toThrow(
      /^init: expected only the options hyper, \w+, got "hypr": did you mean 'hyper'\?$/,
    );
    key.dispose();
    dispose();
  }
}
