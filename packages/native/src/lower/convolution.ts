import { cast } from "./elementwise.ts";
import type { Graph } from "./graph.ts";
import { zeros } from "./indexing.ts";
import { reduceRules } from "./reduce.ts";
import type { Aval, Rule } from "./rule.ts";
import { broadcastTo, materialise, rearrange, reshape, sizeOf, type View } from "./view.ts";
import { dilateAxis, mergeFrom, padAxis, reshapeView, windowsAlong } from "./windows.ts";

interface Params {
  /** Leading axes of both operands that are not convolved over: groups. */
  vmapDims: number;
  strides: readonly number[];
  /** Zeros before and after along each spatial axis; negative numbers cut off. */
  padding: readonly (readonly [number, number])[];
  /** Distance of neighbours in the input, with zeros between them. */
  lhsDilation: readonly number[];
  rhsDilation: readonly number[];
}

/**
 * Convolution of [groups..., batch, in, spatial...] with [groups..., out, in, kernel...], which gives
 * [groups..., batch, out, spatial...].
 */
const conv: Rule = (graph, [lhs, rhs], given, [out]) => {
  const params = given as Params;
  const v = params.vmapDims;
  const groups = out.shape.slice(0, v);
  if (sizeOf(lhs.shape) === 0) return [zeros(graph, out.dtype, out.shape)];
  const [x, k] = [lhs, rhs].map((view) => broadcastTo(view, [...groups, ...view.shape.slice(v)]));
  const spread = params.lhsDilation.reduce((view, step, i) => dilateAxis(graph, view, v + 2 + i, step), x);
  const spatial = params.strides.length;
  // ONNX Runtime convolves float32 over one to three axes.
  return out.dtype === "float32" && spatial >= 1 && spatial <= 3
    ? [asConv(graph, spread, k, params, out)]
    : [asProduct(graph, spread, k, params, out)];
};

/** One `Conv`, whose channels are those of all groups side by side. */
function asConv(graph: Graph, x: View, k: View, params: Params, { shape }: Aval): View {
  const v = params.vmapDims;
  const groups = shape.slice(0, v);
  const axes = shape.map((_, i) => i);
  const batchFirst = [v, ...axes.slice(0, v), ...axes.slice(v + 1)];
  // `Conv` pads, but does not cut.
  const cut = params.padding.reduce(
    (view, [before, after], i) => padAxis(graph, view, v + 2 + i, Math.min(0, before), Math.min(0, after)),
    x,
  );
  const count = sizeOf(groups);
  const turned = rearrange(
    cut,
    batchFirst,
    batchFirst.map((i) => cut.shape[i]),
  );
  const [batch, channels] = [cut.shape[v], cut.shape[v + 1]];
  const image = materialise(
    graph,
    reshapeView(graph, turned, [batch, count * channels, ...cut.shape.slice(v + 2)]),
  );
  const kernel = reshape(graph, materialise(graph, k), [count * k.shape[v], ...k.shape.slice(v + 1)]);
  const pads = [0, 1].flatMap((end) => params.padding.map((width) => Math.max(0, width[end])));
  const own = [batch, count * k.shape[v], ...shape.slice(v + 2)];
  const result = graph.op("Conv", [cast(graph, image, "float32"), cast(graph, kernel, "float32")], {
    shape: own,
    attributes: { group: count, strides: params.strides, dilations: params.rhsDilation, pads },
  });
  const apart = [batch, ...groups, k.shape[v], ...shape.slice(v + 2)];
  const view: View = {
    tensor: reshape(graph, result, apart),
    axes: apart.map((size, i) => (size === 1 ? null : i)),
    shape: apart,
  };
  const batchBack = [...axes.slice(1, v + 1), 0, ...axes.slice(v + 1)];
  return rearrange(view, batchBack, shape);
}

/** Windows of the input as rows of a matrix, times the kernels. */
function asProduct(graph: Graph, x: View, k: View, params: Params, { shape, dtype }: Aval): View {
  const v = params.vmapDims;
  const groups = shape.slice(0, v);
  const padded = params.padding.reduce(
    (view, [before, after], i) => padAxis(graph, view, v + 2 + i, before, after),
    x,
  );
  const spatial = params.strides.length;
  const rows = params.strides.reduce(
    (view, stride, i) =>
      windowsAlong(graph, view, v + 2 + 2 * i, {
        count: shape[v + 2 + i],
        size: k.shape[v + 2 + i],
        stride,
        dilation: params.rhsDilation[i],
      }),
    padded,
  );
  // [groups..., batch, 1, windows..., in * kernel...] and [groups..., 1, out, 1..., in * kernel...]
  const places = Array.from({ length: spatial }, (_, i) => v + 2 + 2 * i);
  const lead = groups.map((_, i) => i);
  const order = [...lead, v, null, ...places, v + 1, ...places.map((i) => i + 1)];
  const sizes = order.map((i) => (i === null ? 1 : rows.shape[i]));
  const left = mergeFrom(graph, rearrange(rows, order, sizes), v + 2 + spatial);
  const kernels = mergeFrom(graph, k, v + 1);
  const right = rearrange(
    kernels,
    [...lead, null, v, ...places.map(() => null), v + 1],
    [...groups, 1, k.shape[v], ...places.map(() => 1), kernels.shape[v + 1]],
  );
  return reduceRules.dot(graph, [left, right], {}, [{ shape, dtype }])[0];
}

/** The rule of convolutions. */
export const convolutionRules: Readonly<Record<string, Rule>> = { conv };
