import type { Listing } from "../listing.ts";
import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };

export const card: PaperCard = {
  slug: "dcdm",
  title: "A Deep Conjugate Direction Method for Iteratively Solving Linear Systems",
  authors: 6,
  arxiv: "2205.10763",
  date: "2022-05",
  claim:
    "A small convolutional network, trained without solutions on one matrix, gives search directions by which discretised Poisson equations are solved in few iterations, fewer than by conjugate gradients, deflated or preconditioned by an incomplete Cholesky factor; their number doesn't depend on the size of the grid, and obstacles that weren't in training don't matter.",
  rule: "Networks are trained on the empty box of 32 x 32 cells alone; numbers are means over seeds and right-hand sides, a solve without convergence in 100 iterations counts 100. (i) To a relative residual of 1e-4, DCDM with the paper's network and k = 2 needs fewer iterations than conjugate gradients, deflated PCG (16 vectors) and PCG with IC(0), on each of five families: Ritz mixtures, plumes, white noise, smooth sources, and plumes around a disc. (ii) Over all families together k = 2 needs no more iterations than k = 0. (iii) With the same weights, plumes on 64 x 64 cells need at most 1.5 times the iterations of 32 x 32. Reproduced: all three. Partly reproduced: (i) and (ii). Not reproduced: otherwise. Wall times stand beside, multigrid too, and decide nothing.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "conjugateGradient",
    "deflatedPcg",
    "incompleteCholesky",
    "jacobi",
    "multigrid",
    "ritz",
    "ritzMixtures",
    "dcdm",
    "directionObjective",
    "dcdmNet2d",
    "dcdmUNet2d",
    "networkDirection",
    "poisson2d",
    "poissonProduct",
  ],
  data: [],
};

export const listing: Listing = {
  topic: "equations",
  added: "2026-11-27",
  held: "On 32 x 32 cells, search directions from a trained network (DCDM) solve the Poisson equation of a smoke plume in 9.2 iterations; conjugate gradients (CG) need 64.7. CG preconditioned by an incomplete Cholesky factor needs 21.9.",
  notHeld:
    "The number of iterations grows with the grid: DCDM needs 9.2 on 32 x 32 cells and 16.0 on 64 x 64. By the clock it is slower: a solve takes 10.2 ms, with CG 0.358 ms, with multigrid 0.306 ms.",
  measured: {
    verdict: "partly reproduced",
    seconds: 216,
    use: "A network that proposes search directions for linear systems. It needs fewer iterations than conjugate gradients and many times more time; multigrid is faster.",
    practice:
      "For the pressure of a fluid on a grid, use multigrid. The network saves iterations of conjugate gradients, but costs far more time than it saves.",
  },
};
