import { conformingLayers } from "./conformance.ts";
import { layersHaveSlopes } from "./slopes.fixture.ts";

layersHaveSlopes(conformingLayers);
