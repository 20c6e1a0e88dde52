import type { numpy as np } from "@jax-js/jax";
import { compiledValueAndGrad } from "minimand/engine";
import {
  averageBits,
  encodeConfigs,
  fakeQuant,
  gpgLoss,
  gpgTerms,
  initScale,
  packIntegers,
  type QuantConfig,
  quantizeToIntegers,
  wdrLoss,
  weightMoments,
  zeroPointOf,
} from "minimand/quantization";
import { type Adapters, float, ids } from "../../kit/golden/adapters.ts";

const values = (x: np.Array) => x.js();

const quantizer: Adapters[string] = ({ x, scale, beta, upstream }, options) => {
  const { bits, signed, granularity, officialAbsOffset, eps, gradScale } = options;
  const byChannel = granularity === ("channel" as never);
  const given = { bits, signed, officialAbsOffset, eps, gradScale, ...(byChannel && { axis: 0 }) };
  const run = compiledValueAndGrad((at: { x: np.Array; s: np.Array; b: np.Array }) =>
    fakeQuant(at.x, at.s, at.b, given).mul(float(upstream)).sum(),
  );
  const [value, gradient] = run({ x: float(x), s: float(scale), b: float(beta) });
  value.dispose();
  run.dispose();
  const output = fakeQuant(float(x), float(scale), float(beta), given);
  const codes = intsOf(output.ref, scale, beta, { eps, officialAbsOffset });
  return {
    output: values(output),
    ints: codes,
    grad_x: values(gradient.x),
    grad_scale: values(gradient.s),
    grad_beta: values(gradient.b),
  };
};

/** The codes behind outputs: `(xhat - beta) / s`. */
function intsOf(
  output: np.Array,
  scale: number[],
  beta: number[],
  { eps, officialAbsOffset }: { eps: number; officialAbsOffset: boolean },
): unknown {
  const of = (list: unknown, channel: number): unknown =>
    Array.isArray(list)
      ? list.map((inner) => of(inner, channel))
      : ((list as number) - (officialAbsOffset ? Math.abs(beta[channel]) : beta[channel])) /
        (scale[channel] + eps);
  return (output.js() as unknown[]).map((row, c) => of(row, scale.length === 1 ? 0 : c));
}

const searched: Adapters[string] = (
  { x },
  { bits, p, candidatesTensor, candidatesChannelSym, candidatesChannelAsym },
) => {
  const of = (name: "scale" | "beta", options: object) => {
    const columns = (bits as number[]).map((b) => initScale(float(x), { bits: b, p, ...options })[name]);
    return Array.from(columns[0], (_, row) => columns.map((column) => column[row]));
  };
  const [tensor, sym, asym] = [candidatesTensor, candidatesChannelSym, candidatesChannelAsym].map(
    (candidates) => ({ candidates }),
  );
  const channel = { ...asym, axis: 0, symmetric: false };
  return {
    scale_channel_sym: of("scale", { ...sym, axis: 0 }),
    scale_channel_asym: of("scale", channel),
    beta_channel_asym: of("beta", channel),
    scale_tensor_sym: of("scale", tensor),
    scale_tensor_asym: of("scale", { ...tensor, symmetric: false }),
    beta_tensor_asym: of("beta", { ...tensor, symmetric: false }),
  };
};

const searchedActs: Adapters[string] = ({ x }, { bits, p, candidates, signed }) => {
  const of = (name: "scale" | "beta", symmetric: boolean) =>
    (bits as number[]).map(
      (b) => initScale(float(x), { bits: b, p, candidates, signed, symmetric })[name][0],
    );
  return { scale_sym: of("scale", true), scale_asym: of("scale", false), beta_asym: of("beta", false) };
};

const shapes: Adapters[string] = ({ weights }: { weights: unknown[][] }, options) => {
  const { std, skipFirst, kurtosisRate, skewnessRate, target } = options;
  const arrays = () => weights.map((w) => float(w));
  const run = compiledValueAndGrad((at: np.Array[]) => wdrLoss(at, options));
  const [value, gradient] = run(arrays());
  run.dispose();
  const only = (rates: object): number =>
    wdrLoss(arrays(), { std, skipFirst, target, kurtosisRate, skewnessRate, ...rates }).item();
  const moments = arrays().map((w) => weightMoments(w, { std }));
  return {
    value: value.item(),
    kurtosisTerm: only({ skewnessRate: 0 }),
    skewnessTerm: only({ kurtosisRate: 0 }),
    kurtosis: moments.map(({ kurtosis }) => kurtosis.item()),
    skewness: moments.map(({ skewness }) => skewness.item()),
    grad_weights: gradient.map(values),
  };
};

/** Configurations of these bits. */
const configsOf = (weightBits: number[], actBits: number[], form: object = {}): QuantConfig[] =>
  weightBits.map((bits, l) => ({
    granularity: "tensor",
    weightSymmetric: true,
    actSymmetric: true,
    ...form,
    weightBits: bits,
    actBits: actBits[l],
  })) as QuantConfig[];

export const adapters: Adapters = {
  weight_channel_sym: quantizer,
  weight_channel_asym: quantizer,
  weight_channel_asym_officialAbsOffset: quantizer,
  weight_tensor_sym: quantizer,
  weight_tensor_asym: quantizer,
  weight_tensor_asym_officialAbsOffset: quantizer,
  act_unsigned_sym: quantizer,
  act_unsigned_asym: quantizer,
  act_signed_sym: quantizer,
  act_signed_asym: quantizer,
  act_signed_asym_officialAbsOffset: quantizer,
  init_weight: searched,
  init_act_unsigned: searchedActs,
  init_act_signed: searchedActs,
  wdr_paper_weights: shapes,
  wdr_code_rates_skip_first: shapes,
  gpg_loss({ logitsHigh, logitsRandom, logitsLow, labels }, { lambda_, temperature }) {
    const options = { lambda: lambda_, temperature };
    type At = { high: np.Array; random: np.Array[]; low: np.Array };
    const start = (): At => ({
      high: float(logitsHigh),
      random: (logitsRandom as number[][][]).map((logits) => float(logits)),
      low: float(logitsLow),
    });
    const run = compiledValueAndGrad((at: At) => gpgLoss(at, ids(labels), options).mean());
    const [value, gradient] = run(start());
    run.dispose();
    const terms = gpgTerms(start(), ids(labels), options);
    return {
      value: value.item(),
      high: terms.high.mean().item(),
      random: terms.random.reduce((sum, term) => sum + term.mean().item(), 0),
      low: terms.low.mean().item(),
      grad_logitsHigh: values(gradient.high),
      grad_logitsRandom: gradient.random.map(values),
      grad_logitsLow: values(gradient.low),
    };
  },
  average_bits_exclude_first_last({ params, featureMaps, weightBits, actBits }) {
    const layers = (params as number[]).map((weights, l) => ({ weights, activations: featureMaps[l] }));
    const { weight, act } = averageBits(layers, configsOf(weightBits, actBits));
    return { avgWeightBits: weight, avgActBits: act };
  },
  cqap_encoding(
    { weightBits, actBits },
    { granularity, weightSymmetric, actSymmetric, bitChoices, skipFirstLast },
  ) {
    const configs = configsOf(weightBits, actBits, { granularity, weightSymmetric, actSymmetric });
    const options = { bits: bitChoices, skipEnds: skipFirstLast };
    return {
      features: encodeConfigs(configs, options),
      officialFeatures: encodeConfigs(configs, { ...options, official: true }),
    };
  },
  export_snap({ x }, { scale, beta, bits, signed }) {
    const zeroPoint = zeroPointOf(scale, beta, { signed });
    const ints = quantizeToIntegers(x, { scale, zeroPoint, bits, signed });
    return {
      zeroPoint,
      ints: [...ints],
      dequantised: [...ints].map((q) => (q - zeroPoint) * scale),
      packedBytes: [...packIntegers(ints, bits)],
    };
  },
};
