import { card as adversarialMdp } from "./adversarial-mdp/paper.ts";
import { card as aggregate } from "./aggregate/paper.ts";
import { card as anyloss } from "./anyloss/paper.ts";
import { card as compSum } from "./comp-sum/paper.ts";
import { card as csIb } from "./cs-ib/paper.ts";
import { card as daleLangevin } from "./dale-langevin/paper.ts";
import { card as dcdm } from "./dcdm/paper.ts";
import { card as deepUnfolding } from "./deep-unfolding/paper.ts";
import { card as dhkd } from "./dhkd/paper.ts";
import { card as elasticface } from "./elasticface/paper.ts";
import { card as ensloss } from "./ensloss/paper.ts";
import { card as eqNet } from "./eq-net/paper.ts";
import { card as featenhancer } from "./featenhancer/paper.ts";
import { card as ldr } from "./ldr/paper.ts";
import { card as lion } from "./lion/paper.ts";
import { card as neucb } from "./neucb/paper.ts";
import { card as normface } from "./normface/paper.ts";
import { card as oodUnlabeled } from "./ood-unlabeled/paper.ts";
import { card as optimisticOmd } from "./optimistic-omd/paper.ts";
import { card as piHcMoe } from "./pi-hc-moe/paper.ts";
import { card as rarts } from "./rarts/paper.ts";
import { card as rdpo } from "./rdpo/paper.ts";
import type { PaperCard } from "./reproduction.ts";
import { card as rpo } from "./rpo/paper.ts";
import { card as saf } from "./saf/paper.ts";
import { card as ufFgtg } from "./uf-fgtg/paper.ts";
import { card as zLoss } from "./z-loss/paper.ts";

export { outcomeOf, shortTitle, verdictCounts, verdictMarks } from "./outcome.ts";
export { practiceOf } from "./practice.ts";
export { type RuleChange, ruleChangeText, ruleHeading } from "./rule-log.ts";

/** The cards of all papers that can be reproduced, in the order of their dates. Costs nothing to import. */
export const cards: readonly PaperCard[] = [
  zLoss,
  rarts,
  normface,
  elasticface,
  ldr,
  dcdm,
  saf,
  adversarialMdp,
  optimisticOmd,
  compSum,
  featenhancer,
  eqNet,
  oodUnlabeled,
  lion,
  neucb,
  aggregate,
  ufFgtg,
  piHcMoe,
  rdpo,
  csIb,
  anyloss,
  rpo,
  ensloss,
  dhkd,
  deepUnfolding,
  daleLangevin,
];
