import { numpy as np } from "@jax-js/jax";
import { disposeTree } from "minimand/engine";
import { writeSafetensors } from "minimand/models";
import { describe, expect, it } from "vitest";
import { damagesOf } from "../../../../../test/support/damage.ts";
import { leakOf } from "../../../../../test/support/leaks.ts";
import { ista, loadUnfolded, type Matrix, saveUnfolded, tista, type Unfolded, unfold } from "./index.ts";
import { randomMatrix } from "./peers.fixture.ts";

const A = randomMatrix(6, 10, 1);
const networkOf = (system: Matrix, lambda = 0.1, layers = 3): Unfolded =>
  unfold({ ...ista(system, { lambda }), layers });
const network = networkOf(A);
const steps = [0.3, 0.7, 0.2].map(Math.fround);
const bytes = await saveUnfolded(network, { step: np.array(steps) });

function warnings(own: Unfolded, from = bytes): string[] {
  const told: string[] = [];
  disposeTree(loadUnfolded(own, from, { warn: (message) => told.push(message) }));
  return told;
}

describe("saved parameters", () => {
  it("come back as they were, without a word where the system is the same", () => {
    const params = loadUnfolded(network, bytes, { warn: (message) => expect.fail(message) });
    expect(params.step.js()).toEqual(steps);
  });

  it("are kept while they are saved", async () => {
    const params = { step: np.array(steps) };
    await saveUnfolded(network, params);
    expect(params.step.js()).toEqual(steps);
  });

  it("warn of another system: other numbers, another shape, another lambda", () => {
    const data = A.data.map((v, at) => (at === 17 ? v + 0.01 : v));
    const warning = (what: string) =>
      `parameters: expected those of this system, got those of another one, whose ${what}; train anew`;
    expect(warnings(networkOf({ ...A, data } as Matrix))).toEqual([warning("A differs")]);
    expect(warnings(networkOf(randomMatrix(5, 10, 1)))).toEqual([warning("A differs")]);
    expect(warnings(networkOf(A, 0.2))).toEqual([warning("lambda differs")]);
    expect(warnings(networkOf(randomMatrix(6, 10, 2), 0.2))).toEqual([warning("A, lambda differ")]);
  });

  it("are refused where a step is NaN", async () => {
    const step = np.array([0.3, Number.NaN, 0.2]);
    const spoilt = await saveUnfolded(network, { step });
    expect(() => warnings(network, spoilt)).toThrow(
      "safetensors, tensor params.step: expected finite numbers, got NaN",
    );
  });

  it("are refused by another iteration, other layers, and what is no such file", async () => {
    const bayes = unfold({ ...tista(A, { probability: 0.1, noiseVariance: 0.1 }), layers: 3 });
    expect(() => warnings(bayes)).toThrow('parameters: expected those of "tista", got "ista"');
    expect(() => warnings(networkOf(A, 0.1, 4))).toThrow("parameters: expected those of 4 layers, got 3");
    expect(() => warnings(network, bytes.slice(0, -3))).toThrow(
      /^safetensors, tensor .*: expected a file of at least/,
    );
    expect(() => warnings(network, writeSafetensors({}))).toThrow(
      'parameters: expected the format "minimand.unfolded/1", got undefined',
    );
    await expect(saveUnfolded({} as Unfolded, {})).rejects.toThrow(
      "network: expected an unfolded network, got object",
    );
    expect(() => loadUnfolded({} as Unfolded, bytes)).toThrow(
      "network: expected an unfolded network, got object",
    );
  });

  it("are refused in one line wherever a byte is changed or the end is cut off", () => {
    const message = (damaged: Uint8Array): string => {
      try {
        return `${warnings(network, damaged).length} warnings`;
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(message(bytes)).toBe("0 warnings");
    for (const [name, damaged] of damagesOf(bytes))
      expect(message(damaged), name).toMatch(/^[^\n]+: expected [^\n]+$/);
    expect(message(Uint8Array.of(...bytes, 0))).toMatch(
      /^parameters: expected bytes of the checksum [0-9a-f]{8}/,
    );
  });

  it("leave nothing behind, also where they are refused", () => {
    expect(leakOf(() => warnings(network))).toBe(0);
    expect(leakOf(() => expect(() => warnings(networkOf(A, 0.1, 4))).toThrow())).toBe(0);
  });
});
