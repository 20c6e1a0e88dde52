export { type CenterDetectorOptions, centerDetector } from "./center-detector.ts";
export { type CenterLossOptions, centerLoss } from "./center-loss.ts";
export { type CenterTargetsOptions, centerTargets } from "./center-targets.ts";
export { type DecodeCentersOptions, decodeCenters } from "./decode-centers.ts";
export { pixelCrossEntropy } from "./pixel-cross-entropy.ts";
export { type SegmenterOptions, segmenter } from "./segmenter.ts";
