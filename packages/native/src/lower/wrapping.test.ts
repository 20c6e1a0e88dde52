import { numpy as np } from "@jax-js/jax";
import { expect, it } from "vitest";
import { compile } from "../runtime/compile.ts";

it.each(["int32", "uint32"] as const)(
  "a sum of millions of %s wraps around, and loses no digit before",
  async (dtype) => {
    const [count, last] = [2 ** 22 + 1, 2 ** 31 - 3];
    const numbers = (): np.Array => {
      const data = new Int32Array(count).fill(2 ** 31 - 1);
      data[count - 1] = last;
      return np.array(data).astype(np[dtype]);
    };
    const sum = await compile((x: np.Array) => np.sum(x), [numbers()]);
    const exact = BigInt(count - 1) * BigInt(2 ** 31 - 1) + BigInt(last);
    const wrap = dtype === "int32" ? BigInt.asIntN : BigInt.asUintN;
    expect(sum(numbers()).item()).toBe(Number(wrap(32, exact)));
    sum.dispose();
  },
);
