import {
  centerDetector,
  centerLoss,
  decodeCenters,
  pixelCrossEntropy,
  segmenter,
} from "@minimand/lab/vision";
import { meanAveragePrecision, meanIoU } from "minimand/metrics";
import type { Layer } from "minimand/models";
import type { BatchLoss, Examples } from "minimand/training";
import { classesOf } from "../../kit/accuracy.ts";
import type { Canvases } from "./canvases.ts";
import { scene } from "./settings.ts";

/** What a head is to say of canvases. */
export interface Task {
  head: Layer;
  loss: BatchLoss;
  /** Targets of training. */
  targets(canvases: Canvases): Pick<Examples, "y" | "targetShape">;
  /** Score of its outputs, from 0 to 1. */
  score(outputs: Float32Array, canvases: Canvases): number;
  /** A score at or below which nothing was learned. */
  collapsed(canvases: Canvases): number;
}

const { side } = scene;
const classes = scene.classes.length;
/** Margin above the score of an empty prediction. */
const margin = 0.02;

/** The most likely class of each pixel, 0 for the background. */
export const pixelClasses = (outputs: Float32Array): Int32Array<ArrayBuffer> =>
  classesOf(outputs, classes + 1);

export const tasks = {
  segmentation: {
    head: segmenter({ inputs: 1, classes: classes + 1 }),
    loss: (f, y, { weights }) => pixelCrossEntropy(f, y, { weights }),
    targets: ({ labels }) => ({ y: labels, targetShape: [side, side] }),
    score: (outputs, { labels }) => meanIoU(labels, pixelClasses(outputs), classes + 1).mean,
    collapsed: ({ labels }) => meanIoU(labels, new Int32Array(labels.length), classes + 1).mean + margin,
  },
  detection: {
    head: centerDetector({ inputs: 1, classes }),
    loss: (f, y, { weights }) => centerLoss(f, y, { weights }),
    targets: ({ centers }) => ({ y: centers, targetShape: [side / 4, side / 4, classes + 5] }),
    score: (outputs, { boxes }) =>
      meanAveragePrecision(decodeCenters(outputs, { height: side, width: side, classes }), boxes).mean,
    collapsed: () => margin,
  },
} as const satisfies Record<string, Task>;

export type TaskName = keyof typeof tasks;
