import { defaultDevice } from "@jax-js/jax";
import { makeEngineQuick } from "./support/quick-engine.ts";

makeEngineQuick();
defaultDevice("cpu");
