export {
  type BitSettings,
  checkBitSettings,
  checkWidths,
  configsOf,
  granularities,
  methods as quantisingMethods,
} from "./bit-settings.ts";
export { layersOfNetwork, type PlainLayers } from "./layers-of-network.ts";
export { makeQuantiser, type Quantised, type Quantiser } from "./quantiser.ts";
