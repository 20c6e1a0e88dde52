import { keyOf } from "../engine/random.ts";
import type { Tree } from "../engine/tree.ts";
import type { Model } from "../models/model.ts";

/**
 * The start of several models at once, by name: the first as a supervised one of the same key has it, each other with a stream of its
 * own. What is left out has nothing to train.
 */
export function initTogether(models: {
  [name: string]: Pick<Model, "init"> | undefined;
}): Pick<Model, "init"> {
  return {
    init(key) {
      const words = key.ref.dataSync();
      const params: { [name: string]: Tree } = {};
      const state: { [name: string]: Tree } = {};
      Object.entries(models).forEach(([name, model], i) => {
        const own = i === 0 ? key : keyOf(words[0], words[1], headStream + i - 1);
        const started = model?.init(own) ?? { params: {}, state: {} };
        if (model === undefined) own.dispose();
        params[name] = started.params;
        state[name] = started.state;
      });
      return { params, state };
    },
  };
}

const headStream = 0x4ead;
