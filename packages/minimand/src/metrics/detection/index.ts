export { type BoundingBox, boxIoU, type Detection, type LabelledBox } from "./boxes.ts";
export {
  type MeanAveragePrecision,
  type MeanAveragePrecisionOptions,
  meanAveragePrecision,
} from "./mean-average-precision.ts";
export { type MeanIoU, meanIoU } from "./mean-iou.ts";
