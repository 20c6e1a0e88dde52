import type { KeptPredictions } from "../results.ts";
import type { Prediction } from "./outcome.ts";

/**
 * Returns predictions as they are kept with a trial.
 *
 * Probabilities become float32 logarithms, which distinguish those near 0 and near 1 as float32 probabilities can't.
 *
 * @param ids which rows they are of
 */
export function keepPrediction(
  ids: Int32Array,
  { probabilities, predicted, predictions }: Prediction,
): KeptPredictions {
  const rows = toBase64(Int32Array.from(ids));
  if (predictions.length > 0) return { rows, numbers: toBase64(predictions) };
  return {
    rows,
    predicted: toBase64(predicted),
    logProbabilities: toBase64(Float32Array.from(probabilities, Math.log)),
  };
}

/** Reads kept predictions, and which rows they are of. */
export function predictionKept(kept: KeptPredictions): { ids: Int32Array; prediction: Prediction } {
  const { rows, predicted, logProbabilities, numbers } = kept;
  return {
    ids: new Int32Array(fromBase64(rows)),
    prediction: {
      probabilities: new Float64Array(new Float32Array(fromBase64(logProbabilities))).map(Math.exp),
      predicted: new Int32Array(fromBase64(predicted)),
      predictions: new Float64Array(fromBase64(numbers)),
    },
  };
}

/** `String.fromCharCode` takes this many arguments at once. */
const piece = 8192;

function toBase64({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  let text = "";
  for (let i = 0; i < bytes.length; i += piece) text += String.fromCharCode(...bytes.subarray(i, i + piece));
  return btoa(text);
}

function fromBase64(text = ""): ArrayBuffer {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  // `Uint8Array.from` is twenty times slower, and half of the time after the trials was this.
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes.buffer;
}
