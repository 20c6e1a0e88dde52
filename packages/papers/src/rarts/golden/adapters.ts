import { numpy as np } from "@jax-js/jax";
import {
  type Bilevel,
  darts,
  rarts,
  rartsObjective,
  type SearchState,
  solvableDarts,
  solvableModel,
  solvableRarts,
} from "@minimand/lab/architecture";
import type { Tree } from "minimand/engine";
import { relu, softmax } from "minimand/engine";
import { crossEntropy } from "minimand/losses";
import { groupL2, proxGroupL2, proxL1, sgd } from "minimand/optimizers";
import { type Adapters, float, ids } from "../../kit/golden/adapters.ts";

type Data = { x: np.Array; y: np.Array };

/** `logits = (sum_k softmax(a)_k op_k(X W1)) W2` with the operations identity, relu, tanh and zero; mean cross-entropy. */
const tinySupernet: Bilevel<Data> = (() => {
  const loss = (w: Tree, a: Tree, { x, y }: Data): np.Array => {
    const { W1, W2 } = w as { W1: np.Array; W2: np.Array };
    const h = np.matmul(x, W1);
    const p = softmax(a as np.Array);
    const mixed = h.ref
      .mul(p.ref.slice(0))
      .add(relu(h.ref).mul(p.ref.slice(1)))
      .add(np.tanh(h).mul(p.slice(2)));
    return crossEntropy(np.matmul(mixed, W2), y).mean();
  };
  return { trainLoss: loss, valLoss: loss };
})();

const network = ({ W1, W2 }: { W1: number[][]; W2: number[][] }): Tree => ({
  W1: float(W1),
  W2: float(W2),
});
const numbers = (tree: Tree): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(tree as Record<string, np.Array>).map(([name, leaf]) => [name, leaf.ref.js()]),
  );
const item = (tree: Tree): number => (tree as np.Array).ref.item() as number;

/** Plain gradient descent for all blocks. */
const plain = {
  optimizer: ({ lrW }: { [name: string]: np.Array }) => sgd(lrW),
  architectureOptimizer: ({ lrAlpha }: { [name: string]: np.Array }) => sgd(lrAlpha),
};
const alternating = {
  ...plain,
  twinOptimizer: ({ lrY }: { [name: string]: np.Array }) => sgd(lrY),
  warn: () => {},
};

export const adapters: Adapters = {
  rarts_solvable: ({ alpha0, w0, y0 }, { lambda, beta, lrW, lrY, lrAlpha }, { iterates, numericalLimit }) => {
    const search = rarts(solvableModel, alternating);
    let state = search.init(float(w0), float(alpha0), {
      hyper: { lambda, beta, lrW, lrY, lrAlpha },
      networks: { twin: float(y0) },
    });
    const point = ({ networks, architecture }: SearchState): number[] => [
      item(architecture),
      item(networks.weights),
      item(networks.twin),
    ];
    const found = (iterates as unknown[]).map(() => {
      [state] = search.update(state, {}, {});
      const at = {
        weights: float(item(state.networks.weights)),
        twin: float(item(state.networks.twin)),
        architecture: float(item(state.architecture)),
      };
      return [...point(state), rartsObjective(solvableModel, at, { lambda, beta }, {}, {}).item()];
    });
    const limit = solvableRarts({ lambda, beta });
    let last = point(state);
    for (let i = 0, moved = 1; numericalLimit !== undefined && moved > 1e-14 && i < 20_000; i++) {
      [state] = search.update(state, {}, {});
      const next = point(state);
      moved = Math.max(...next.map((v, j) => Math.abs(v - last[j])));
      last = next;
    }
    return {
      iterates: found,
      limit: { alpha: limit.architecture, w: limit.weights, y: limit.twin },
      numericalLimit: last,
    };
  },

  darts_solvable: ({ alpha0, w0 }, { xi, lrW, lrAlpha }, { iterates }) => {
    const search = darts(solvableModel, { ...plain, order: 2 });
    let state = search.init(float(w0), float(alpha0), { hyper: { xi, lrW, lrAlpha } });
    const found = (iterates as unknown[]).map(() => {
      [state] = search.update(state, {}, {});
      return [item(state.architecture), item(state.networks.weights)];
    });
    const { architecture, weights } = solvableDarts(xi);
    return { iterates: found, limit: { alpha: architecture, w: weights } };
  },

  rarts_tiny_supernet_sweeps: (
    { Xtrain, ytrain, Xval, yval, w0, y0, alpha0 },
    { lambda, beta, lrW, lrY, lrAlpha },
    { sweeps },
  ) => {
    const trainBatch = (): Data => ({ x: float(Xtrain), y: ids(ytrain) });
    const valBatch = (): Data => ({ x: float(Xval), y: ids(yval) });
    const search = rarts(tinySupernet, alternating);
    let state = search.init(network(w0), float(alpha0), {
      hyper: { lambda, beta, lrW, lrY, lrAlpha },
      networks: { twin: network(y0) },
    });
    return {
      sweeps: (sweeps as unknown[]).map(() => {
        const [next, { trainLoss, valLoss }] = search.update(state, trainBatch(), valBatch());
        state = next;
        return {
          w: numbers(state.networks.weights),
          y: numbers(state.networks.twin),
          alpha: (state.architecture as np.Array).ref.js(),
          Ltrain_w: trainLoss.item(),
          Lval_y: valLoss.item(),
        };
      }),
    };
  },

  darts_hypergradient: ({ Xtrain, ytrain, Xval, yval, w0, alpha0 }, { xi, fdRadius }) => {
    /** One step of plain descent with rate 1 moves the architecture by its gradient. */
    const gradient = (options: Parameters<typeof darts>[1]): { gradient: number[]; valLoss: number } => {
      const search = darts(tinySupernet, options);
      const hyper = { xi, radius: fdRadius, lrW: 0.1, lrAlpha: 1 };
      const [state, { valLoss }] = search.update(
        search.init(network(w0), float(alpha0), { hyper }),
        { x: float(Xtrain), y: ids(ytrain) } as never,
        { x: float(Xval), y: ids(yval) } as never,
      );
      const moved = (state.architecture as np.Array).js() as number[];
      return { gradient: moved.map((a, i) => alpha0[i] - a), valLoss: valLoss.item() };
    };
    const exact = gradient({ ...plain, order: 2 });
    return {
      firstOrder: gradient({ ...plain, order: 1 }).gradient,
      secondOrderExact: exact.gradient,
      secondOrderFiniteDifference: gradient({ ...plain, order: 2, hypergradient: "finite-difference" })
        .gradient,
      unrolledValLoss: exact.valLoss,
    };
  },

  group_soft_threshold_rows: ({ V }, { threshold }) => ({
    value: proxGroupL2(float(V), threshold).js(),
    l1_soft_threshold: proxL1(float(V), threshold).js(),
    groupNorm: groupL2(float(V)).item(),
    l1: np.abs(float(V)).sum().item(),
  }),
};
