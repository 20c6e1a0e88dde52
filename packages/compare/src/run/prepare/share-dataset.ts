import type { Dataset, Feature } from "../../data/dataset.ts";

type Values = Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;

/** Where the numbers of an array are put. */
type Place = <T extends Values>(
  values: T,
  Values: new (buffer: SharedArrayBuffer, offset: number, length: number) => T,
) => T;

/**
 * Returns the data set with its columns in shared memory, so that each worker has them without a copy of its own; as it is where there is
 * none (a page that isn't cross-origin isolated). In one piece: to start a worker takes the square of the number of pieces.
 */
export function shareDataset(dataset: Dataset): Dataset {
  if (typeof SharedArrayBuffer === "undefined") return dataset;
  let size = 0;
  placed(dataset, (values) => {
    size += roomOf(values);
    return values;
  });
  const buffer = new SharedArrayBuffer(size);
  let at = 0;
  return placed(dataset, (values, Values) => {
    const copy = new Values(buffer, at, values.length);
    copy.set(values as ArrayLike<number>);
    at += roomOf(values);
    return copy;
  });
}

/** Bytes of an array, up to the next place where numbers of any kind may begin. */
const roomOf = ({ byteLength }: Values): number => 8 * Math.ceil(byteLength / 8);

function placed(dataset: Dataset, place: Place): Dataset {
  const { features, labels, targets, time, unlabeled } = dataset;
  const placedFeature = (feature: Feature): Feature => {
    if (feature.kind === "numeric") return { ...feature, values: place(feature.values, Float64Array) };
    const codes = place(feature.codes, Int32Array);
    if (feature.kind === "categorical") return { ...feature, codes };
    const { rule, starts, buckets, counts } = feature.grams;
    const grams = {
      rule,
      starts: place(starts, Uint32Array),
      buckets: place(buckets, Uint16Array),
      counts: place(counts, Uint8Array),
    };
    return { ...feature, codes, grams };
  };
  return {
    ...dataset,
    features: features.map(placedFeature),
    labels: place(labels, Int32Array),
    targets: place(targets, Float64Array),
    ...(time !== undefined && { time: place(time, Float64Array) }),
    ...(unlabeled !== undefined && {
      unlabeled: { ...unlabeled, features: unlabeled.features.map(placedFeature) },
    }),
  };
}
