import { defaultDevice } from "@jax-js/jax";
import { makeEngineQuick } from "./support/quick-engine.ts";

await makeEngineQuick();
defaultDevice("cpu");
