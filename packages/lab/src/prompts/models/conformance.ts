import type { ConformingLayer } from "../../../../minimand/src/models/layers/conformance.ts";
import { tokenAdapter } from "./token-adapter.ts";

/** The layers of prompts, for the conformance suite of all. */
export const conformingAdapters: readonly ConformingLayer[] = [
  {
    layer: tokenAdapter({ inputs: 5, outputs: 3, finalActivation: "none" }),
    input: [2, 4, 5],
    output: [2, 4, 3],
    refused: [2, 4, 6],
  },
];
