import { layersConform } from "./conformance.fixture.ts";
import { conformingLayers } from "./conformance.ts";

layersConform(conformingLayers);
