import { layersConform } from "../../../../minimand/src/models/layers/conformance.fixture.ts";
import { conformingAdapters } from "./conformance.ts";

layersConform(conformingAdapters);
