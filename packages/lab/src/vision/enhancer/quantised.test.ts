import { dense, mlp, relu, sequential } from "minimand/models";
import { modelsQuantise } from "../../../../minimand/src/quantization/quantisable-layers.fixture.ts";
import { withEnhancer } from "./index.ts";

modelsQuantise([
  [
    "a network behind an enhancer",
    withEnhancer(
      sequential([dense({ inputs: 6, outputs: 6 }), relu]),
      mlp({ inputs: 6, hidden: [12], outputs: 3 }),
    ),
    3,
  ],
]);
