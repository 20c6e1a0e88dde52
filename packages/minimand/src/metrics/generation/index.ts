export { type ClipScore, clipScore } from "./clip-score.ts";
export { distinctN, meanCosineDistance, vendiScore } from "./diversity.ts";
export { type InceptionScore, inceptionScore } from "./inception-score.ts";
export { colourfulness, laplacianSharpness, rmsContrast, saliencyCentring } from "./picture-statistics.ts";
export {
  type Features,
  frechetDistance,
  type KernelDistanceOptions,
  kernelDistance,
  type NeighbourhoodScores,
  neighbourhoodScores,
} from "./sample-quality.ts";
