import { expect, it } from "vitest";
import * as optimizers from "./index.ts";

/* From JavaScript, a mistyped option would mean the default. */

const takers: Record<string, (options: never) => unknown> = {
  adam: (options) => optimizers.adam(0.1, options),
  adamw: (options) => optimizers.adamw(0.1, options),
  sgd: (options) => optimizers.sgd(0.1, options),
  sgdw: (options) => optimizers.sgdw(0.1, options),
  lion: (options) => optimizers.lion(0.1, options),
  lionK: (options) => optimizers.lionK(0.1, options),
  scaleByLionK: optimizers.scaleByLionK,
  signSgd: (options) => optimizers.signSgd(0.1, options),
  signum: (options) => optimizers.signum(0.1, options),
};

it.each(Object.entries(takers))(
  "%s refuses an option that is none, naming what it may mean",
  (name, take) => {
    expect(() => take({ nonsense: 1 } as never)).toThrow(
      new RegExp(`^${name}: expected only the options .*, got "nonsense"$`),
    );
  },
);

it("says which option may be meant", () => {
  expect(() => optimizers.adamw(0.1, { weightdecay: 1 } as never)).toThrow("did you mean 'weightDecay'?");
});
