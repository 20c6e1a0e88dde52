import type { Dataset, Feature } from "@minimand/compare";

/** The data set with its columns in shared memory, so that each worker thread has them without a copy of its own. */
export function shareDataset(dataset: Dataset): Dataset {
  return {
    ...dataset,
    features: dataset.features.map(shareFeature),
    labels: shared(dataset.labels, Int32Array),
    targets: shared(dataset.targets, Float64Array),
    ...(dataset.unlabeled !== undefined && {
      unlabeled: { ...dataset.unlabeled, features: dataset.unlabeled.features.map(shareFeature) },
    }),
  };
}

function shareFeature(feature: Feature): Feature {
  return feature.kind === "numeric"
    ? { ...feature, values: shared(feature.values, Float64Array) }
    : { ...feature, codes: shared(feature.codes, Int32Array) };
}

function shared<T extends Float64Array | Int32Array>(
  values: T,
  Values: { new (buffer: SharedArrayBuffer): T; BYTES_PER_ELEMENT: number },
): T {
  const copy = new Values(new SharedArrayBuffer(values.length * Values.BYTES_PER_ELEMENT));
  copy.set(values as Float64Array & Int32Array);
  return copy;
}
