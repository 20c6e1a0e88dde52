/* Written by `npm run docs` from the folders of the papers. */
import * as adversarialMdp from "../adversarial-mdp/card.ts";
import * as aggregate from "../aggregate/card.ts";
import * as anyloss from "../anyloss/card.ts";
import * as compSum from "../comp-sum/card.ts";
import * as csIb from "../cs-ib/card.ts";
import * as daleLangevin from "../dale-langevin/card.ts";
import * as dcdm from "../dcdm/card.ts";
import * as deepUnfolding from "../deep-unfolding/card.ts";
import * as dhkd from "../dhkd/card.ts";
import * as elasticface from "../elasticface/card.ts";
import * as ensloss from "../ensloss/card.ts";
import * as eqNet from "../eq-net/card.ts";
import * as featenhancer from "../featenhancer/card.ts";
import * as ldr from "../ldr/card.ts";
import * as lion from "../lion/card.ts";
import * as neucb from "../neucb/card.ts";
import * as normface from "../normface/card.ts";
import * as oodUnlabeled from "../ood-unlabeled/card.ts";
import * as optimisticOmd from "../optimistic-omd/card.ts";
import * as piHcMoe from "../pi-hc-moe/card.ts";
import * as rarts from "../rarts/card.ts";
import * as rdpo from "../rdpo/card.ts";
import * as rpo from "../rpo/card.ts";
import * as saf from "../saf/card.ts";
import * as ufFgtg from "../uf-fgtg/card.ts";
import * as zLoss from "../z-loss/card.ts";

export const registry = [
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
