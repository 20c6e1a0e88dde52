import { random } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../test/support/leaks.ts";
import { disposeTree } from "../engine/tree.ts";
import { compSum, crossEntropy } from "../losses/index.ts";
import { adamw, sgd } from "../optimizers/index.ts";
import { trades } from "./adversarial/index.ts";
import type { TracedHyper } from "./hyper.ts";
import { objectiveOf } from "./objective.ts";
import { saf, sam } from "./sharpness-aware/index.ts";
import { batchesOf, model } from "./steps.fixture.ts";
import { supervised } from "./supervised.ts";
import type { SupervisedState, TrainStep } from "./train-step.ts";

const parts = { model, optimizer: ({ learningRate }: TracedHyper) => adamw(learningRate) };
const objective = objectiveOf(model, (f, y, { weights, hyper }) =>
  compSum(f, y, { weights, tau: hyper.tau }),
);
const plain = objectiveOf(model, (f, y, { weights }) => crossEntropy(f, y, { weights }));
const hyper = { learningRate: 0.02, tau: 1.5 };
const key = () => random.key(0);
const discard = ({ params, optimizer, modelState }: SupervisedState) =>
  disposeTree([params, optimizer, modelState]);

/** The first update, whose loss is read. */
function first<S extends SupervisedState>(step: TrainStep<S>, state: S): number {
  const [next, { loss }] = step.update(state, batchesOf(8).at(Int32Array.of(1, 2, 3)));
  const value = loss.item();
  discard(next);
  return value;
}

describe("declared hyperparameters", () => {
  const step = supervised({
    model,
    objective: objectiveOf(model, (f, y, { weights, hyper: own }) =>
      compSum(f, y, { weights, tau: own.tau }),
    ),
    optimizer: ({ learningRate }) => adamw(learningRate),
    hyper,
  });

  it("are the defaults of init, which may give others", () => {
    expect(step.init(key()).hyper).toEqual(hyper);
    expect(step.init(key(), { hyper: { tau: 1 } }).hyper).toEqual({ learningRate: 0.02, tau: 1 });
    expect(step.init(key(), { hyper: { tau: undefined } }).hyper).toEqual(hyper);
    const free = supervised({ ...parts, objective });
    expect(first(step, step.init(key()))).toBe(first(free, free.init(key(), { hyper })));
  });

  it("let no other name compile in init, state, objective and optimizer, nor run", () => {
    // @ts-expect-error: no such hyperparameter
    expect(() => step.init(key(), { hyper: { taus: 1 } })).toThrow(
      new TypeError(`hyper: expected only the names learningRate, tau, got "taus": did you mean 'tau'?`),
    );
    // @ts-expect-error: no number
    expect(() => step.init(key(), { hyper: { tau: "1" } })).toThrow(
      'hyper.tau: expected a finite number, got "1"',
    );
    // @ts-expect-error: no such hyperparameter
    expect(step.init(key()).hyper.tua).toBe(undefined);
    supervised({
      model,
      objective: objectiveOf(model, (f, y, { weights, hyper: own }) =>
        // @ts-expect-error: no such hyperparameter
        compSum(f, y, { weights, tau: own.tua }),
      ),
      // @ts-expect-error: no such hyperparameter
      optimizer: ({ rate }) => adamw(rate),
      hyper,
    });
    const typed = objectiveOf<{ tau: number }>(model, (f, y, { weights, hyper: own }) =>
      compSum(f, y, { weights, tau: own.tau }),
    );
    supervised({ model, objective: typed, optimizer: adamw(0.1), hyper: { tau: 1 } });
    // @ts-expect-error: the objective asks for tau
    supervised({ model, objective: typed, optimizer: adamw(0.1), hyper: { learningRate: 1 } });
  });

  it("stand beside those of a method, of which the needed ones have to be given", () => {
    const both = sam({ ...parts, objective, hyper });
    expect(both.init(key(), { hyper: { rho: 0.1 } }).hyper).toEqual({ ...hyper, rho: 0.1 });
    expect(both.init(key()).hyper.rho).toBe(0.05);
    expect(sam({ ...parts, objective, hyper: { ...hyper, rho: 0.2 } }).init(key()).hyper.rho).toBe(0.2);
    // @ts-expect-error: no such hyperparameter
    expect(() => both.init(key(), { hyper: { rhos: 0.1 } })).toThrow(
      `hyper: expected only the names learningRate, tau, rho, got "rhos": did you mean 'rho'?`,
    );
    const counted = saf({ ...parts, objective, hyper });
    // @ts-expect-error: the epoch is counted by stepsPerEpoch
    expect(() => counted.init(key(), { hyper: { lambda: 1 } })).toThrow("hyper.stepsPerEpoch: expected");
    // @ts-expect-error: the epoch is counted by stepsPerEpoch
    expect(() => counted.init(key())).toThrow("hyper.stepsPerEpoch: expected");
    const attacked = trades({ ...parts, hyper: { learningRate: 0.1, gamma: 0.2 } });
    expect(attacked.init(key()).hyper).toEqual({ learningRate: 0.1, gamma: 0.2, stepSize: 0.05, beta: 6 });
    // @ts-expect-error: an attack has a size
    expect(() => trades(parts).init(key())).toThrow("hyper.gamma: expected");
  });

  it("are those of a step that any loop takes", () => {
    const steps: TrainStep<SupervisedState>[] = [step, sam({ ...parts, objective, hyper })];
    expect(steps.map(({ init }) => Object.keys(init(key()).hyper).length)).toEqual([2, 3]);
  });
});

describe("hyperparameters that are not declared", () => {
  it("are refused at the first update where nobody reads them, and leave nothing", () => {
    const cases: [TrainStep<SupervisedState>, { [name: string]: number }, string][] = [
      [
        supervised({ ...parts, objective }),
        { ...hyper, taus: 1 },
        `tau, learningRate, got "taus": did you mean 'tau'?`,
      ],
      [
        sam({ ...parts, objective }),
        { ...hyper, rhos: 1 },
        `rho, tau, learningRate, got "rhos": did you mean 'rho'?`,
      ],
      [
        supervised({ model, objective: plain, optimizer: sgd(0.1) }),
        { learningRate: 1 },
        'hyper: expected only the names (none), got "learningRate"',
      ],
      [
        sam({ model, objective: plain, optimizer: sgd(0.1) }),
        { lamda: 9 },
        'hyper: expected only the names rho, got "lamda"',
      ],
    ];
    for (const [step, given, message] of cases) {
      const refuse = () => {
        const state = step.init(key(), { hyper: given });
        expect(() => step.update(state, batchesOf(8).at(Int32Array.of(1, 2, 3)))).toThrow(message);
        discard(state);
      };
      expect(leakOf(refuse)).toBe(0);
      step.dispose();
    }
  });

  it("may be one set for several steps where it is declared, of which each reads its own", () => {
    const all = { ...hyper, rho: 0.1, beta: 6 };
    const steps = [
      sam({ ...parts, objective, hyper: all }),
      supervised({ model, objective: plain, optimizer: sgd(0.1), hyper: all }),
    ];
    for (const step of steps) {
      expect(first(step, step.init(key(), { hyper: all }))).toBeGreaterThan(0);
      step.dispose();
    }
  });
});
