export {
  type BitSettings,
  checkBitSettings,
  checkWidths,
  configsOf,
  granularities,
  methods as quantisingMethods,
} from "./bit-settings.ts";
export { layersOfModel, layersOfNetwork, type PlainLayers } from "./layers-of-model.ts";
export { calibrationRows, makeQuantiser, type Quantised, type Quantiser } from "./quantiser.ts";
export { quantizationReport, type ReportParts, type WidthSizes } from "./quantization-report.ts";
