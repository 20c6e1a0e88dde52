import type { Variables } from "minimand";
import { disposeTree, refTree } from "minimand/engine";
import type { Network } from "./network.ts";

type Model = Network["model"];

/** Returns a model whose start is computed once for all states that are made at a time, which have the same key. */
export function withSharedStart(model: Model): { model: Model; whileSharing<T>(make: () => T): T } {
  let sharing = false;
  let start: Variables | null = null;
  return {
    model: {
      ...model,
      init(key) {
        if (!sharing) return model.init(key);
        if (start === null) start = model.init(key);
        else key.dispose();
        return { params: refTree(start.params), state: refTree(start.state) };
      },
    },
    whileSharing(make) {
      sharing = true;
      try {
        return make();
      } finally {
        if (start !== null) disposeTree([start.params, start.state]);
        start = null;
        sharing = false;
      }
    },
  };
}
