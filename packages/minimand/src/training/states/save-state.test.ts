import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { damagesOf } from "../../../../../test/support/damage.ts";
import { leakOf, liveBuffers } from "../../../../../test/support/leaks.ts";
import { crc32 } from "../../engine/crc32.ts";
import { crossEntropy } from "../../losses/index.ts";
import { type Model, mlp, readSafetensors, writeSafetensors } from "../../models/index.ts";
import { adamw, sgd } from "../../optimizers/index.ts";
import { objectiveOf } from "../objective.ts";
import { ema, sam } from "../sharpness-aware/index.ts";
import { batchesOf } from "../steps.fixture.ts";
import { type SupervisedOptions, supervised } from "../supervised.ts";
import { train } from "../train.ts";
import { valuesOf } from "../values.fixture.ts";
import { disposeState } from "./keep-state.ts";
import { loadState, type SavingStep, saveState } from "./save-state.ts";

const small = (model: Model = mlp({ inputs: 2, hidden: [], outputs: 2 })): SupervisedOptions => ({
  model,
  objective: objectiveOf(model, (f, y, { weights }) => crossEntropy(f, y, { weights })),
  optimizer: ({ learningRate }) => adamw(learningRate),
});
const hyper = { learningRate: 0.05 };
const trained = async (step: ReturnType<typeof supervised>) => {
  const { state } = await train({
    step,
    state: step.init(random.key(2), { hyper }),
    data: batchesOf(),
    epochs: 1,
  });
  return state;
};

describe("a saved state", () => {
  const step = supervised(small());

  it("comes back value for value, and names what is where", async () => {
    const state = await trained(step);
    const bytes = await saveState(step, state);
    expect(valuesOf(loadState(step, bytes))).toEqual(valuesOf(state));
    const { tensors, metadata } = readSafetensors(bytes);
    expect(Object.keys(tensors)).toContain("params.0.weight");
    expect(Object.keys(tensors).filter((name) => name.startsWith("optimizer.")).length).toBeGreaterThan(2);
    expect(metadata).toEqual({
      crc32: expect.stringMatching(/^[0-9a-f]{8}$/),
      format: "minimand.state/1",
      step: "supervised",
      "hyper.learningRate": "0.05",
      seed: String(state.seed),
      count: "3",
    });
  });

  it("has the dropout of the steps to come, which its seed and count decide", async () => {
    const base = mlp({ inputs: 2, hidden: [], outputs: 2 });
    const noisy: Model = {
      init: base.init,
      apply(variables, x, { key, ...options }) {
        const kept = key === undefined ? x : x.mul(random.bernoulli(key, 0.5, x.shape).astype(np.float32));
        return base.apply(variables, kept, options);
      },
    };
    const own = supervised(small(noisy));
    const state = await trained(own);
    const fresh = supervised(small(noisy));
    const copy = loadState(fresh, await saveState(own, state));
    const history = [{ epoch: 0, loss: 1, validation: null }];
    const rest = { data: batchesOf(), epochs: 3, history };
    const [a, b] = [
      await train({ step: own, state, ...rest }),
      await train({ step: fresh, state: copy, ...rest }),
    ];
    expect(b.history).toEqual(a.history);
    expect(valuesOf(b.state)).toEqual(valuesOf(a.state));
  });

  it("keeps float64 and int32 arrays, the smallest numbers and the sign of zero", async () => {
    const exact = { w: np.array(Float64Array.of(1 / 3, -0, 5e-324)) };
    const own = {
      name: "own",
      init: () => ({
        params: { w: np.array(Float64Array.of(1, 2, 3)) },
        ids: np.array(Int32Array.of(0, 1)),
        at: 0,
      }),
    };
    const state = { params: exact, ids: np.array(Int32Array.of(-7, 2 ** 31 - 1)), at: -0 };
    expect(valuesOf(loadState(own, await saveState(own, state)))).toEqual(valuesOf(state));
  });

  it("may be an average of parameters, too", async () => {
    const state = await trained(step);
    const own = {
      init: () => ({ average: ema(0.9).init(step.params(step.init(random.key(0), { hyper }))) }),
    };
    const average = ema(0.9).update(own.init().average, step.params(state));
    expect(valuesOf(loadState(own, await saveState(own, { average })))).toEqual(valuesOf({ average }));
  });

  it("is refused in one line wherever a byte is changed or the end is cut off", async () => {
    const bytes = await saveState(step, await trained(step));
    const message = (damaged: Uint8Array): string => {
      try {
        loadState(step, damaged);
        return "";
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(message(bytes)).toBe("");
    for (const [name, damaged] of damagesOf(bytes))
      expect(message(damaged), name).toMatch(/^[^\n]+: expected [^\n]+$/);
    expect(message(Uint8Array.of(...bytes, 0))).toMatch(/^state: expected bytes of the checksum [0-9a-f]{8}/);
  });

  it("is refused by another step, another version, another model and another optimizer, which leaves nothing", async () => {
    const bytes = await saveState(step, await trained(step));
    const { tensors, metadata } = readSafetensors(bytes);
    const wide = supervised(small(mlp({ inputs: 9, hidden: [], outputs: 2 })));
    const deep = supervised(small(mlp({ inputs: 2, hidden: [3], outputs: 2 })));
    const refusals: [SavingStep<unknown>, Uint8Array, RegExp][] = [
      [sam(small()), bytes, /^state: expected one of the step "sam", got "supervised"$/],
      [
        step,
        writeSafetensors(tensors, { ...metadata, format: "minimand.state/2" }),
        /^state: expected the format "minimand.state\/1", got "minimand.state\/2"$/,
      ],
      [step, writeSafetensors(tensors), /^state: expected the format "minimand.state\/1", got undefined$/],
      [wide, bytes, /^tensor params\.0\.weight: expected float32\[\d+, 2\], got float32\[\d+, 2\]$/],
      [deep, bytes, /^tensor params\.0\.\w+: expected float32\[.*3\], got float32\[.*2\]$/],
      [
        supervised({ ...small(), optimizer: ({ learningRate }) => sgd(learningRate, { momentum: 0.9 }) }),
        bytes,
        /^state: expected /,
      ],
      [
        supervised({ ...small(), optimizer: ({ learningRate }) => sgd(learningRate) }),
        bytes,
        /^state: expected one of the optimizer of this step, got one of another, with optimizer\.[\w.]+$/,
      ],
      [
        supervised({ ...small(), optimizer: adamw(0.1), hyper: {} }),
        bytes,
        /^hyper: expected only the names \(none\), got "learningRate"$/,
      ],
    ];
    for (const [other, file, message] of refusals)
      expect(leakOf(() => expect(() => loadState(other, file)).toThrow(message))).toBe(0);
    await expect(saveState(step, { mask: Uint8Array.of(1) } as never)).rejects.toThrow(
      "mask: expected float32, float64, int32 or uint32 numbers, got Uint8Array(1)",
    );
  });

  it("leaves nothing but what is its caller's", async () => {
    const state = await trained(step);
    const once = async () => disposeState(loadState(step, await saveState(step, state)));
    await once();
    const before = liveBuffers();
    await once();
    expect(liveBuffers()).toBe(before);
  });
});

it("the checksum has the check value of CRC-32", () => {
  expect(crc32(new TextEncoder().encode("123456789")).toString(16)).toBe("cbf43926");
  expect(crc32(new Uint8Array(0))).toBe(0);
});
