import { defaultDevice, init, numpy as np } from "@jax-js/jax";
import {
  type Convolution,
  dimLight,
  encodeLight,
  type FeatEnhancerOptions,
  featEnhancer,
  type SafaParams,
  safa,
  sensorVariance,
} from "@minimand/lab/vision";
import { compiledValueAndGrad, disposeTree, keyOf, leavesOf, refTree } from "minimand/engine";
import { resizeBilinear } from "minimand/models";
import type { Adapters } from "../../kit/golden/adapters.ts";
import { classicalAdapters, picture, table } from "./classical.ts";

type Convolutions = { [name: string]: Convolution };

interface ModuleInputs {
  layerOrder: readonly string[];
  imageShape: readonly number[];
  imageSeed: number;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const filled = (shape: readonly number[], at: (i: number) => number): np.Array =>
  np.array(
    Float64Array.from({ length: sizeOf(shape) }, (_, i) => at(i)),
    { shape: [...shape] },
  );
/** Channels last, and first again. */
const last = (x: np.Array): np.Array => x.transpose([0, 2, 3, 1]);
const first = (x: np.Array): np.Array => x.transpose([0, 3, 1, 2]);

/** The image of the vectors, `[batch, channels, height, width]` in its formula. */
const imageOf = (shape: readonly number[], seed: number): np.Array =>
  last(
    filled(
      shape,
      (i) => 0.15 + 0.12 * Math.sin(0.11 * i * (1 + 0.1 * seed)) + 0.05 * Math.sin(1.7 * i + seed),
    ),
  );

/** A convolution of the vectors, whose kernels are `[outputs, inputs, height, width]`. */
function convolutionOf(layer: number, [height, width, inputs, outputs]: readonly number[]): Convolution {
  const scale = Math.sqrt(2 / (inputs * height * width));
  const kernel = filled(
    [outputs, inputs, height, width],
    (i) => Math.sin(0.37 * i + 1.3 * (layer + 1)) * scale,
  );
  return {
    kernel: kernel.transpose([2, 3, 1, 0]),
    bias: filled([outputs], (j) => 0.05 * Math.cos(0.9 * j + layer)),
  };
}

const norm = (x: np.Array): number => Math.sqrt(np.square(x).sum().item());
/** A kernel in the order of the vectors. */
const outputsFirst = (kernel: np.Array): np.Array => kernel.transpose([3, 2, 0, 1]);

/** On wasm in float64, exact to 1e-7: on the `cpu` device the gradient alone would take minutes. */
async function onWasm<T>(run: () => T): Promise<T> {
  await init("wasm");
  const device = defaultDevice();
  defaultDevice("wasm");
  try {
    return run();
  } finally {
    defaultDevice(device);
  }
}

/** The layer of a case with the vectors' parameters, applied to their image. */
function moduleOf({ layerOrder, imageShape, imageSeed }: ModuleInputs, options: FeatEnhancerOptions) {
  const layer = featEnhancer(options);
  const started = layer.init(keyOf(1)).params as Convolutions;
  const params = mapKernels(started, (name, { shape }) => convolutionOf(layerOrder.indexOf(name), shape));
  disposeTree(started);
  return {
    params,
    x: imageOf(imageShape, imageSeed),
    apply: (at: Convolutions, x: np.Array): np.Array =>
      layer.apply({ params: at, state: {} }, x, { training: true })[0],
  };
}

const mapKernels = (params: Convolutions, f: (name: string, kernel: np.Array) => Convolution): Convolutions =>
  Object.fromEntries(Object.entries(params).map(([name, { kernel }]) => [name, f(name, kernel)]));

/** The rows of pictures and the gradients of parameters that the vectors show are those that their names say. */
const fullModule = (inputs: ModuleInputs, options: FeatEnhancerOptions, expected: object) => {
  const { params, x, apply } = moduleOf(inputs, options);
  const paramCount = leavesOf(params).reduce((sum, { size }) => sum + size, 0);
  const output = first(apply(refTree(params), x.ref));
  const run = compiledValueAndGrad((at: { params: Convolutions; x: np.Array }, upstream: np.Array) =>
    apply(at.params, at.x).mul(upstream).sum(),
  );
  const upstream = last(filled(inputs.imageShape, (i) => Math.sin(0.05 * i)));
  const [value, gradient] = run({ params, x }, upstream);
  value.dispose();
  run.dispose();
  const byImage = first(gradient.x);
  const of = gradient.params;
  const asked = (name: string, value: unknown): unknown => {
    const line = /^(grad_image_)?row(\d+)_ch(\d+)$/.exec(name.replace("firstRow", "row0"));
    if (line !== null) {
      const images = line[1] === undefined ? output : byImage;
      return images.ref.slice(0, Number(line[3]), Number(line[2])).js();
    }
    const parameter = /^grad_(\w+?)_(weight|bias)(_l2|_first\d+)?$/.exec(name);
    if (parameter === null) return undefined;
    const { kernel, bias } = of[parameter[1]];
    const own = parameter[2] === "bias" ? bias.ref : outputsFirst(kernel.ref);
    return parameter[3] === "_l2" ? norm(own) : [...own.dataSync().slice(0, (value as number[]).length)];
  };
  return {
    ...Object.fromEntries(Object.entries(expected).map(([name, value]) => [name, asked(name, value)])),
    shape: output.shape,
    mean: np.mean(output.ref).item(),
    meanSquare: np.mean(np.square(output.ref)).item(),
    grad_image_l2: norm(byImage.ref),
    paramCount,
  };
};

const safaBlock: Adapters[string] = ({ layerOrder, x, xQuarter }, { channels, heads }, expected) => {
  const params = Object.fromEntries(
    [["query_conv1", 7] as const, ["query_conv2", 3] as const, ["key_conv", 3] as const].map(
      ([name, size]) => [name, convolutionOf(layerOrder.indexOf(name), [size, size, channels, channels])],
    ),
  ) as SafaParams;
  const { output, aggregated, weights } = safa(
    params,
    imageOf(x.shape, x.seed),
    imageOf(xQuarter.shape, xQuarter.seed),
    {
      heads,
    },
  );
  weights.dispose();
  const image = first(output);
  const [pixels] = image.ref.js() as number[][][][];
  const shown = Object.keys(expected).flatMap((name) => {
    const [, row, channel] = /^outputRow(\d+)_ch(\d+)$/.exec(name) ?? [];
    return row === undefined ? [] : [[name, row, channel]];
  });
  return {
    aggregated: first(aggregated).js(),
    outputMean: np.mean(image).item(),
    ...Object.fromEntries(shown.map(([name, row, channel]) => [name, pixels[Number(channel)][Number(row)]])),
  };
};

export const adapters: Adapters = {
  ...classicalAdapters,
  official_default_full_module: (inputs, options, expected) =>
    onWasm(() => fullModule(inputs, options, expected)),
  small_module_full_output: (inputs, options) =>
    onWasm(() => {
      const { params, x, apply } = moduleOf(inputs, options);
      return { output: first(apply(params, x)).js() };
    }),
  safa_block: safaBlock,
  bilinear_align_corners: ({ x }, { size }) => ({ output: table(resizeBilinear(picture(x), size)) }),
  low_light_model_moments: ({ x }, { exposure, fullWell, readNoise, displayGamma }) => {
    const light = () => dimLight(picture(x), { exposure, displayGamma });
    return {
      linearDark: table(light()),
      photonVariance: table(sensorVariance(light(), { fullWell, readNoise: 0 })),
      totalVariance: table(sensorVariance(light(), { fullWell, readNoise })),
      noiselessDisplay: table(encodeLight(light(), { displayGamma, levels: Infinity })),
    };
  },
};
