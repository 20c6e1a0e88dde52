import { numpy as np } from "@jax-js/jax";
import { type ElasticVariables, elasticNetwork, type QuantConfig } from "minimand";
import {
  type Compile,
  type Compiled,
  compileWithJit,
  disposeTree,
  refTree,
  type Tree,
} from "minimand/engine";
import { elasticApply, refElastic, selectionOf } from "minimand/quantization";
import { accuracyOf } from "../../kit/accuracy.ts";
import { programsOf } from "../../kit/programs.ts";
import type { Labelled } from "../../kit/rows.ts";
import { network, pieces } from "./network.ts";

/** The first layer, which has the same bits in all configurations of a form, and those behind it. */
const parts = [pieces.slice(0, 2), pieces.slice(2)].map((own) => elasticNetwork(own, { bits: network.bits }));

type Forward = Compiled<[Tree, np.Array, np.Array], np.Array>;
const programs = programsOf<Forward>();

/** Variables of a part. */
function variablesOf({ params, state }: ElasticVariables, part: 0 | 1): ElasticVariables {
  const cut = <T>(items: readonly T[], at: number): T[] =>
    part === 0 ? items.slice(0, at) : items.slice(at);
  return {
    params: { weights: cut(params.weights, 2), steps: cut(params.steps, 1) },
    state: { signed: state.signed.ref.slice(part === 0 ? [0, 1] : [1, network.layers]) },
  };
}

/** Accuracies of configurations on some rows. */
export interface Judge {
  (configs: readonly QuantConfig[]): Promise<number>;
  dispose(): void;
}

/** Judges a network, which it looks at, in many configurations: the first layer is computed once a form. */
export function judgeOf(
  variables: ElasticVariables,
  rows: Labelled,
  compile: Compile = compileWithJit,
): Judge {
  const x = np.array(rows.x, { shape: [rows.y.length, ...rows.shape] });
  const [head, rest] = ([0, 1] as const).map((part) => {
    const own = variablesOf(variables, part);
    const all = refElastic(own);
    own.state.signed.dispose();
    return all;
  });
  const forward = ([0, 1] as const).map((part) =>
    programs(compile, `part ${part}`, () =>
      compile(
        (given: Tree, h: np.Array, selection: np.Array): np.Array =>
          elasticApply(parts[part], given as unknown as ElasticVariables, h, selection),
      ),
    ),
  );
  const run = (part: 0 | 1, of: ElasticVariables, h: np.Array, configs: readonly QuantConfig[]): np.Array => {
    const { layers, bits } = parts[part];
    const selection = np.array(selectionOf(parts[part], configs), { shape: [layers, 6, bits.length] });
    return forward[part](refTree(of as unknown as Tree), h, selection);
  };
  const behindFirst = new Map<string, np.Array>();
  return Object.assign(
    async (configs: readonly QuantConfig[]): Promise<number> => {
      const name = JSON.stringify(configs[0]);
      const h = behindFirst.get(name) ?? run(0, head, x.ref, configs.slice(0, 1));
      behindFirst.set(name, h);
      return accuracyOf(await run(1, rest, h.ref, configs.slice(1)).data(), rows.y);
    },
    {
      dispose() {
        x.dispose();
        for (const h of behindFirst.values()) h.dispose();
        disposeTree([head, rest] as unknown as Tree);
      },
    },
  );
}
