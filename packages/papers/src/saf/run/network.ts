import { type Model, mlp } from "minimand";
import { convolutions } from "../../kit/convolutions.ts";
import type { Architecture } from "./settings.ts";

/** What goes in and comes out of a network. */
export interface Ends {
  inputs: number;
  classes: number;
}

/** The network of an architecture. */
export function networkOf(architecture: Architecture, { inputs, classes: outputs }: Ends): Model {
  if ("hidden" in architecture) return mlp({ inputs, hidden: architecture.hidden, outputs });
  return convolutions(architecture.channels, { inputs, outputs });
}

/** What an architecture is called where programs are kept. */
export const nameOf = (architecture: Architecture, { inputs, classes }: Ends): string =>
  [...Object.entries(architecture).flat(2), inputs, classes].join(" ");
