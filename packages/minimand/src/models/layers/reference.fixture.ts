/* Convolutions and pools as plain loops over Float64Arrays, straight from their formulas. */

/** Numbers of a shape, the last axis innermost. */
export interface Numbers {
  shape: readonly number[];
  data: Float64Array<ArrayBuffer>;
}

/** Along one axis. */
export interface Axis {
  size: number;
  stride: number;
  dilation: number;
  before: number;
  after: number;
}

export function numbers(shape: readonly number[], phase = 0): Numbers {
  const length = shape.reduce((a, b) => a * b, 1);
  return { shape, data: Float64Array.from({ length }, (_, i) => 2 * Math.sin(12.9898 * i + phase)) };
}

function zeros(shape: readonly number[]): Numbers {
  return { shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)) };
}

function at({ shape }: Numbers, ...index: number[]): number {
  return index.reduce((offset, i, axis) => offset * shape[axis] + i, 0);
}

export const windowsOn = (n: number, { size, stride, dilation, before, after }: Axis): number =>
  Math.floor((n + before + after - dilation * (size - 1) - 1) / stride) + 1;

/** Every entry of every window that lies inside the image: window, place in it, pixel. */
export function* met(n: number, axis: Axis): Generator<[window: number, place: number, pixel: number]> {
  for (let i = 0; i < windowsOn(n, axis); i++)
    for (let a = 0; a < axis.size; a++) {
      const pixel = i * axis.stride + a * axis.dilation - axis.before;
      if (pixel >= 0 && pixel < n) yield [i, a, pixel];
    }
}

/** `visit(n, i, j, o, a, b, c within its group, y, x, channel)` for every product of a convolution. */
function products(
  [batch, height, width, inputs]: readonly number[],
  outputs: number,
  axes: readonly [Axis, Axis],
  groups: number,
  visit: (y: number[], k: number[], x: number[]) => void,
): void {
  const [own, each] = [inputs / groups, outputs / groups];
  for (let n = 0; n < batch; n++)
    for (const [i, a, row] of met(height, axes[0]))
      for (const [j, b, column] of met(width, axes[1]))
        for (let o = 0; o < outputs; o++)
          for (let c = 0; c < own; c++) {
            const channel = Math.floor(o / each) * own + c;
            visit([n, i, j, o], [a, b, c, o], [n, row, column, channel]);
          }
}

export function convolution(x: Numbers, k: Numbers, axes: readonly [Axis, Axis], groups: number): Numbers {
  const [batch, height, width] = x.shape;
  const outputs = k.shape[3];
  const y = zeros([batch, windowsOn(height, axes[0]), windowsOn(width, axes[1]), outputs]);
  products(x.shape, outputs, axes, groups, (yi, ki, xi) => {
    y.data[at(y, ...yi)] += x.data[at(x, ...xi)] * k.data[at(k, ...ki)];
  });
  return y;
}

/** The convolution's products sent back: to images of the given shape. */
export function transposedConvolution(
  y: Numbers,
  k: Numbers,
  axes: readonly [Axis, Axis],
  groups: number,
  shape: readonly number[],
): Numbers {
  const x = zeros(shape);
  products(shape, k.shape[3], axes, groups, (yi, ki, xi) => {
    x.data[at(x, ...xi)] += y.data[at(y, ...yi)] * k.data[at(k, ...ki)];
  });
  return x;
}

/** What `reduce` makes of the pixels of each window that are inside, row after row. */
export function pooled(
  x: Numbers,
  axes: readonly [Axis, Axis],
  reduce: (values: number[]) => number,
): Numbers {
  const [batch, height, width, channels] = x.shape;
  const y = zeros([batch, windowsOn(height, axes[0]), windowsOn(width, axes[1]), channels]);
  const seen = Array.from(y.data, (): number[] => []);
  for (let n = 0; n < batch; n++)
    for (const [i, , row] of met(height, axes[0]))
      for (const [j, , column] of met(width, axes[1]))
        for (let c = 0; c < channels; c++) seen[at(y, n, i, j, c)].push(x.data[at(x, n, row, column, c)]);
  return { shape: y.shape, data: Float64Array.from(seen, reduce) };
}
