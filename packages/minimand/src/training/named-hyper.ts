import type { numpy as np } from "@jax-js/jax";
import { typeError } from "../engine/checks.ts";

/** Hyperparameters by name; a name that was not given to `init` is an error, where `undefined` would mean some default. */
export function named(hyper: { [name: string]: np.Array }): { [name: string]: np.Array } {
  return new Proxy(hyper, {
    get(target, name) {
      if (typeof name === "string" && !(name in target)) {
        const known = Object.keys(target).join(", ") || "none";
        throw typeError(`hyper.${name}`, `one of those given to init (${known})`, undefined);
      }
      return Reflect.get(target, name);
    },
  });
}
