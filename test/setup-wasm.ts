import { defaultDevice, init } from "@jax-js/jax";
import { makeEngineQuick } from "./support/quick-engine.ts";

makeEngineQuick();
await init("wasm");
defaultDevice("wasm");
