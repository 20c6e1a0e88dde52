import {
  distributionallyRobust,
  entropyMinimization,
  linearRssStep,
  robustSelfTraining,
  selfTraining,
  virtualAdversarial,
} from "@minimand/lab/self-training";
import { mlp } from "minimand/models";
import { adam, chain, keepUnitNorm, sgd } from "minimand/optimizers";
import { describe, it } from "vitest";
import { examples, expectSame, inputs } from "./training.fixture.ts";

const model = mlp({ inputs, hidden: [8], outputs: 2 });
const memory = {
  unlabeled: Float32Array.from({ length: inputs * 30 }, (_, i) => 1.2 * Math.cos(5 * i)),
};
const data = examples(2);
const optimizer = sgd(0.05);

describe("a step with unlabelled rows, compiled natively, trains as under jit", () => {
  it("robustSelfTraining", async () => {
    for (const robustLabeled of [false, true])
      await expectSame({
        data,
        init: { memory },
        make: (compile) => robustSelfTraining({ model, optimizer, compile, steps: 3, robustLabeled }),
      });
  });

  it("robustSelfTraining with cost l2, and distributionallyRobust", async () => {
    const cost = "l2";
    await expectSame({
      data,
      init: { memory },
      make: (compile) => robustSelfTraining({ model, optimizer, compile, steps: 3, cost }),
    });
    await expectSame({
      data,
      make: (compile) => distributionallyRobust({ model, optimizer, compile, steps: 3 }),
    });
  });

  it("selfTraining", async () => {
    await expectSame({
      data,
      init: { memory, hyper: { warmup: 2 } },
      make: (compile) => selfTraining({ model, optimizer, compile }),
    });
  });

  it("entropyMinimization and virtualAdversarial", async () => {
    for (const step of [entropyMinimization, virtualAdversarial])
      await expectSame({ data, init: { memory }, make: (compile) => step({ model, optimizer, compile }) });
  });

  it("linearRssStep", async () => {
    for (const options of [{ loss: "zeroOne" }, { loss: "logistic", bias: true }] as const)
      await expectSame({
        data,
        init: { memory, hyper: { gamma: 0.5, gammaPrime: 0.6, lambda: 2 } },
        make: (compile) =>
          linearRssStep({ ...options, inputs, optimizer: chain(adam(0.05), keepUnitNorm("w")), compile }),
      });
  });
});
