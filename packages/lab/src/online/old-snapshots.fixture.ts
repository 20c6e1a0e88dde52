/*
 * Snapshots as version 1 of each format wrote them. They are never written anew: that they can still be read is the point. Where a format
 * changes, the new version gets a snapshot of its own in addition to these.
 */
export const banditBytes = {
  "lin-ucb": [
    "TU5NQgEAAABVAgAAkAAAAMiw8FV7ImtpbmQiOiJsaW4tdWNiIiwib3B0aW9ucyI6eyJkaW0iOjIsImFybXMiOjIsInNlZWQiOjF9",
    "LCJsZWRnZXIiOnsidCI6MiwidXBkYXRlcyI6MSwicmFuZG9tIjp7IiRhcnJheSI6IlVpbnQzMkFycmF5IiwiYXQiOjAsImxlbmd0",
    "aCI6NH0sInBlbmRpbmciOnsiZGltIjoyLCJ0Ijp7IiRhcnJheSI6IkZsb2F0NjRBcnJheSIsImF0IjoxNiwibGVuZ3RoIjoxfSwi",
    "YWN0aW9uIjp7IiRhcnJheSI6IkludDMyQXJyYXkiLCJhdCI6MjQsImxlbmd0aCI6MX0sInNsb3QiOnsiJGFycmF5IjoiSW50MzJB",
    "cnJheSIsImF0IjozMiwibGVuZ3RoIjoxfSwicHJvcGVuc2l0eSI6eyIkYXJyYXkiOiJGbG9hdDY0QXJyYXkiLCJhdCI6NDAsImxl",
    "bmd0aCI6MX0sIngiOnsiJGFycmF5IjoiRmxvYXQ2NEFycmF5IiwiYXQiOjQ4LCJsZW5ndGgiOjJ9LCJtZW1vIjp7IiRhcnJheSI6",
    "IkZsb2F0NjRBcnJheSIsImF0Ijo2NCwibGVuZ3RoIjowfX19LCJhbGdvcml0aG0iOnsiZGltIjoyLCJ0aGV0YSI6eyIkYXJyYXki",
    "OiJGbG9hdDY0QXJyYXkiLCJhdCI6NjQsImxlbmd0aCI6NH0sImludmVyc2UiOnsiJGFycmF5IjoiRmxvYXQ2NEFycmF5IiwiYXQi",
    "Ojk2LCJsZW5ndGgiOjZ9fX0AAAAAAAAAdHaBQo39AXnXKmrpDQAAAAAAAAAAAPA/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAPA/AAAA",
    "AAAAAAAAAAAAAADwPzMzMzMzM9M/mpmZmZmZ2T8AAAAAAAAAAAAAAAAAAAAAPgrXo3A96j+4HoXrUbjOv8L1KFyPwuU/AAAAAAAA",
    "8D8AAAAAAAAAAAAAAAAAAPA/",
  ].join(""),
  "neural-epsilon-greedy": [
    "TU5NQgEAAACPAwAAoAAAAJtzQuZ7ImtpbmQiOiJuZXVyYWwtZXBzaWxvbi1ncmVlZHkiLCJvcHRpb25zIjp7ImRpbSI6MiwiaGlk",
    "ZGVuIjpbMl0sInJlcGxheSI6eyJjYXBhY2l0eSI6MiwiYmF0Y2giOjJ9LCJzZWVkIjoxfSwibGVkZ2VyIjp7InQiOjEsInVwZGF0",
    "ZXMiOjEsInJhbmRvbSI6eyIkYXJyYXkiOiJVaW50MzJBcnJheSIsImF0IjowLCJsZW5ndGgiOjR9LCJwZW5kaW5nIjp7ImRpbSI6",
    "MiwidCI6eyIkYXJyYXkiOiJGbG9hdDY0QXJyYXkiLCJhdCI6MTYsImxlbmd0aCI6MH0sImFjdGlvbiI6eyIkYXJyYXkiOiJJbnQz",
    "MkFycmF5IiwiYXQiOjE2LCJsZW5ndGgiOjB9LCJzbG90Ijp7IiRhcnJheSI6IkludDMyQXJyYXkiLCJhdCI6MTYsImxlbmd0aCI6",
    "MH0sInByb3BlbnNpdHkiOnsiJGFycmF5IjoiRmxvYXQ2NEFycmF5IiwiYXQiOjE2LCJsZW5ndGgiOjB9LCJ4Ijp7IiRhcnJheSI6",
    "IkZsb2F0NjRBcnJheSIsImF0IjoxNiwibGVuZ3RoIjowfSwibWVtbyI6eyIkYXJyYXkiOiJGbG9hdDY0QXJyYXkiLCJhdCI6MTYs",
    "Imxlbmd0aCI6MH19fSwiYWxnb3JpdGhtIjp7InVwZGF0ZXMiOjEsImZpbGxlZCI6MSwibmV4dCI6MSwicGFyYW1ldGVycyI6eyIk",
    "YXJyYXkiOiJGbG9hdDY0QXJyYXkiLCJhdCI6MTYsImxlbmd0aCI6Nn0sInN0YXJ0Ijp7IiRhcnJheSI6IkZsb2F0NjRBcnJheSIs",
    "ImF0Ijo2NCwibGVuZ3RoIjo2fSwicmFuZG9tIjp7IiRhcnJheSI6IlVpbnQzMkFycmF5IiwiYXQiOjExMiwibGVuZ3RoIjo0fSwi",
    "cmVwbGF5WCI6eyIkYXJyYXkiOiJGbG9hdDY0QXJyYXkiLCJhdCI6MTI4LCJsZW5ndGgiOjJ9LCJyZXBsYXlZIjp7IiRhcnJheSI6",
    "IkZsb2F0NjRBcnJheSIsImF0IjoxNDQsImxlbmd0aCI6MX0sInJlcGxheVNsb3QiOnsiJGFycmF5IjoiSW50MzJBcnJheSIsImF0",
    "IjoxNTIsImxlbmd0aCI6MX0sIm1lbW9yeSI6e319fQAAAAAAc309eY+BuzRToYAWDgAAAHSbzAinSPu/ROIUFPh9zT8z30e9b4fp",
    "v9zk16axEes/PefdwRh00b+60d73VeLGv3SbzAinSPu/ROIUFPh9zT+cJ7AE9Hbpv6bZTPKrJ+s/PefdwRh00b+FYEhkn1vHvz2S",
    "dhIYhlHgoQ2ahA0AAAAzMzMzMzPjP5qZmZmZmek/AAAAAAAAAAAAAAAAAAAAAA==",
  ].join(""),
};

export const learner = {
  format: "minimand/online-learner",
  version: 1,
  kind: "ogd",
  dimension: 2,
  state: {
    rounds: 1,
    decided: 0,
    x: [0, 0],
    previous: [1, 2],
    hint: [0, 0],
    step: 0.6666666666666666,
    variation: 5,
    hintError: 5,
    price: 1.6666666666666665,
    largest: 2.23606797749979,
    excess: 0,
    z: [-0.4472135954999579, -0.8944271909999159],
    last: 0.6666666666666666,
    grown: 0,
  },
} as const;

export const session = {
  format: "minimand/online-session",
  version: 1,
  next: 2,
  open: [[1, [0, 0]]],
  learner,
} as const;

const tabulated = {
  kind: "minimand/linear-q-policy-optimizer",
  version: 1,
  algorithm: "log-barrier",
  mode: "tabulated",
  seed: 0,
  schedule: { eta: 6.7861404244151124, beta: 27.14456169766045, gamma: 1, withinTheory: false },
  episodes: 2,
  leastScaledEstimate: 0.8482675530518888,
  learned: [[-53.61165652078189, -31.18303279293133]],
  open: { notes: [[1]], losses: [] },
} as const;

const lazy = {
  kind: "minimand/linear-q-policy-optimizer",
  version: 1,
  algorithm: "log-barrier",
  mode: "lazy",
  seed: 0,
  schedule: { eta: 6.7861404244151124, beta: 27.14456169766045, gamma: 1, withinTheory: false },
  episodes: 2,
  leastScaledEstimate: 1.6965351061037777,
  learned: [
    [{ sigma: [0.6153846153846154], direction: [0.6153846153846154], suffixLoss: 0.5, fresh: [] }],
    [{ sigma: [0.4999999999999999], direction: [0.4999999999999999], suffixLoss: 0.5, fresh: [] }],
  ],
  open: { notes: [[1]], losses: [] },
} as const;

export const policyOptimizer = { tabulated, lazy };

export const withoutSimulator = {
  kind: "minimand/simulator-free-linear-mdp",
  version: 1,
  options: {
    cover: { policies: 1, rollouts: 1, alpha: 5, episodes: 10, optimism: 0.1 },
    epoch: 2,
    eta: 1,
    beta: 0.1,
    gamma: 0.1,
    exploration: 0,
    seed: 0,
  },
  explored: [[{ features: [1, 0.5], action: 0 }]],
  estimates: [[{ sigma: [2.857142857142857], theta: [1.4285714285714286], lambda: [0] }]],
  inEpoch: [{ steps: [{ features: [1, 0.5], action: 0 }], losses: [0.5] }],
  open: null,
} as const;
