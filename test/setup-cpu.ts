import { defaultDevice } from "@jax-js/jax";
import { afterAll } from "vitest";
import { endFile } from "./support/end-of-file.ts";
import { makeEngineQuick } from "./support/quick-engine.ts";

makeEngineQuick();
defaultDevice("cpu");
afterAll(endFile);
