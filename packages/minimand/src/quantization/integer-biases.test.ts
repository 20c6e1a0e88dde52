import type { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../test/support/leaks.ts";
import { disposeTree, type Tree } from "../engine/tree.ts";
import { exportQuantized, refElastic, uniformConfigs, withIntegerBiases } from "./index.ts";
import { calibrated, convolutional, perceptron, rows } from "./networks.fixture.ts";

const networks = [
  ["a perceptron", perceptron, [3]],
  ["a convolutional network", convolutional, [4, 4, 2]],
] as const;

describe.each(networks)("withIntegerBiases of %s", (_, pieces, shape) => {
  const { network, start } = calibrated(pieces, [...shape]);
  // As after training: none of them is 0.
  start.params.weights = start.params.weights.map((own, i): Tree => {
    const { bias, ...rest } = own as { [name: string]: np.Array };
    return bias === undefined ? own : { ...rest, bias: bias.add(rows(bias.shape, 20 + i)) };
  });

  it.each(["channel", "tensor"] as const)("moves each to the nearest whole step: %s", (granularity) => {
    const configs = uniformConfigs(network.layers, { bits: 4, granularity });
    const before = exportQuantized(network, start, configs).layers;
    const variables = withIntegerBiases(network, refElastic(start), configs);
    const after = exportQuantized(network, variables, configs).layers;
    let moved = 0;
    after.forEach(({ bias, weight, activation }, l) => {
      expect(weight.codes).toEqual(before[l].weight.codes);
      bias?.forEach((b, channel) => {
        const step = activation.scale * weight.scales[channel % weight.scales.length];
        expect(Math.abs(b / step - Math.round(b / step))).toBeLessThan(1e-3);
        const difference = Math.abs(b - before[l].bias![channel]);
        expect(difference).toBeLessThan(0.5001 * step);
        moved += Number(difference > 0);
      });
    });
    expect(moved).toBeGreaterThan(5);
    disposeTree(variables as unknown as Tree);
  });

  it("leaves nothing alive", () => {
    const configs = uniformConfigs(network.layers, { bits: 8 });
    expect(
      leakOf(() => disposeTree(withIntegerBiases(network, refElastic(start), configs) as unknown as Tree)),
    ).toBe(0);
  });
});
