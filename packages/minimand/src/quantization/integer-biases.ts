import { numpy as np } from "@jax-js/jax";
import { peek } from "../engine/checks.ts";
import { disposeTree, refTree, type Tree } from "../engine/tree.ts";
import { roundHalfEven } from "./code-range.ts";
import type { QuantConfig } from "./config.ts";
import type { ElasticNetwork, ElasticVariables } from "./elastic-network.ts";
import { exportQuantized } from "./export-quantized.ts";

/**
 * The network with biases that integer arithmetic can hold. Each is a whole number of steps `s_x s_w`, the product of the step sizes of
 * what goes into its layer and of its weights. Sums of products of codes are whole numbers of these steps, too.
 *
 * Runtimes that compute a layer in integers round its bias so (as int32), whether or not that was asked for. Done before, the outputs of
 * {@link quantizedModel} are those of the runtime.
 *
 * @param network see {@link elasticNetwork}
 * @param variables parameters and state; consumed
 * @param configs one a layer: the result is for them alone
 * @returns the variables, with other biases
 * @throws TypeError, RangeError as {@link exportQuantized}
 * @example
 * const network = elasticNetwork([dense({ inputs: 4, outputs: 1 })])
 * const params = [{ weight: np.array([[0.5], [1], [-2], [1]]), bias: np.array([0.3]) }]
 * const configs = uniformConfigs(1, { bits: 2, endBits: 2 })
 * const start = calibrateElastic(network, { params, state: [{}] }, np.array([[1, 2, 3, 4]]))
 * const { layers } = exportQuantized(network, start, configs)
 * const { params: rounded } = withIntegerBiases(network, start, configs)
 * const step = layers[0].activation.scale * layers[0].weight.scales[0]
 * const { bias } = rounded.weights[0] as { bias: np.Array }
 * Math.round(bias.item() / step * 1e4) / 1e4 // 0
 * @see Jacob et al. 2018, arXiv 1712.05877, section 2.4
 */
export function withIntegerBiases(
  network: ElasticNetwork,
  variables: ElasticVariables,
  configs: readonly QuantConfig[],
): ElasticVariables {
  const { layers } = exportQuantized(network, variables, configs);
  const { params, state } = variables;
  const weights = params.weights.map((own, i): Tree => {
    const layer = layers.find(({ piece }) => piece === i);
    const { bias } = own as { bias?: np.Array };
    if (layer === undefined || bias === undefined) return refTree(own);
    const { scales } = layer.weight;
    const rounded = Float32Array.from(peek(bias)!, (b, channel) => {
      const step = Math.fround(layer.activation.scale * scales[channel % scales.length]);
      return roundHalfEven(b / step) * step;
    });
    const { bias: _, ...rest } = own as { [name: string]: Tree };
    return { ...(refTree(rest) as object), bias: np.array(rounded, { dtype: bias.dtype }) };
  });
  const next = {
    params: { weights, steps: refTree(params.steps as unknown as Tree) },
    state: refTree(state),
  };
  disposeTree(variables as unknown as Tree);
  return next as unknown as ElasticVariables;
}
