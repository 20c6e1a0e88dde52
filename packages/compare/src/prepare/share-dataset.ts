import type { Dataset, Feature } from "../dataset/dataset.ts";

/**
 * The data set with its columns in shared memory, so that each worker has them without a copy of its own; as it is where there is none (a page
 * that isn't cross-origin isolated).
 */
export function shareDataset(dataset: Dataset): Dataset {
  if (typeof SharedArrayBuffer === "undefined") return dataset;
  return {
    ...dataset,
    features: dataset.features.map(shareFeature),
    labels: shared(dataset.labels, Int32Array),
    targets: shared(dataset.targets, Float64Array),
    ...(dataset.time !== undefined && { time: shared(dataset.time, Float64Array) }),
    ...(dataset.unlabeled !== undefined && {
      unlabeled: { ...dataset.unlabeled, features: dataset.unlabeled.features.map(shareFeature) },
    }),
  };
}

function shareFeature(feature: Feature): Feature {
  if (feature.kind === "numeric") return { ...feature, values: shared(feature.values, Float64Array) };
  const codes = shared(feature.codes, Int32Array);
  if (feature.kind === "categorical") return { ...feature, codes };
  const { rule, starts, buckets, counts } = feature.grams;
  const grams = {
    rule,
    starts: shared(starts, Uint32Array),
    buckets: shared(buckets, Uint16Array),
    counts: shared(counts, Uint8Array),
  };
  return { ...feature, codes, grams };
}

type Values = Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;

function shared<T extends Values>(
  values: T,
  Values: { new (buffer: SharedArrayBuffer): T; BYTES_PER_ELEMENT: number },
): T {
  const copy = new Values(new SharedArrayBuffer(values.length * Values.BYTES_PER_ELEMENT));
  copy.set(values as ArrayLike<number>);
  return copy;
}
