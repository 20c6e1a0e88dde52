import { defaultDevice, init } from "@jax-js/jax";

await init("wasm");
defaultDevice("wasm");
