import { layersHaveSlopes } from "../../../../minimand/src/models/layers/slopes.fixture.ts";
import { conformingAdapters } from "./conformance.ts";

layersHaveSlopes(conformingAdapters);
