/* Written by `npm run docs` from the folders of the papers. */
import { figures as adversarialMdp } from "../adversarial-mdp/figure.ts";
import { figures as aggregate } from "../aggregate/figure.ts";
import { figures as anyloss } from "../anyloss/figure.ts";
import { figures as compSum } from "../comp-sum/figure.ts";
import { figures as csIb } from "../cs-ib/figure.ts";
import { figures as daleLangevin } from "../dale-langevin/figure.ts";
import { figures as dcdm } from "../dcdm/figure.ts";
import { figures as deepUnfolding } from "../deep-unfolding/figure.ts";
import { figures as dhkd } from "../dhkd/figure.ts";
import { figures as elasticface } from "../elasticface/figure.ts";
import { figures as ensloss } from "../ensloss/figure.ts";
import { figures as eqNet } from "../eq-net/figure.ts";
import { figures as featenhancer } from "../featenhancer/figure.ts";
import { figures as ldr } from "../ldr/figure.ts";
import { figures as lion } from "../lion/figure.ts";
import { figures as neucb } from "../neucb/figure.ts";
import { figures as normface } from "../normface/figure.ts";
import { figures as oodUnlabeled } from "../ood-unlabeled/figure.ts";
import { figures as optimisticOmd } from "../optimistic-omd/figure.ts";
import { figures as piHcMoe } from "../pi-hc-moe/figure.ts";
import { figures as rarts } from "../rarts/figure.ts";
import { figures as rdpo } from "../rdpo/figure.ts";
import { figures as rpo } from "../rpo/figure.ts";
import { figures as saf } from "../saf/figure.ts";
import { figures as ufFgtg } from "../uf-fgtg/figure.ts";
import { figures as zLoss } from "../z-loss/figure.ts";

export const registry = {
  "z-loss": zLoss,
  rarts,
  normface,
  elasticface,
  ldr,
  dcdm,
  saf,
  "adversarial-mdp": adversarialMdp,
  "optimistic-omd": optimisticOmd,
  "comp-sum": compSum,
  featenhancer,
  "eq-net": eqNet,
  "ood-unlabeled": oodUnlabeled,
  lion,
  neucb,
  aggregate,
  "uf-fgtg": ufFgtg,
  "pi-hc-moe": piHcMoe,
  rdpo,
  "cs-ib": csIb,
  anyloss,
  rpo,
  ensloss,
  dhkd,
  "deep-unfolding": deepUnfolding,
  "dale-langevin": daleLangevin,
};
