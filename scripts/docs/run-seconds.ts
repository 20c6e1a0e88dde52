/** Seconds that the committed run of each paper took, as its page says with the circumstances. By the slug of the paper. */
export const runSeconds: { [slug: string]: number } = {
  "adversarial-mdp": 65,
  aggregate: 105,
  anyloss: 108,
  "comp-sum": 69,
  dhkd: 74,
  elasticface: 77,
  ensloss: 60,
  ldr: 60,
  lion: 61,
  neucb: 144,
  normface: 85,
  "ood-unlabeled": 220,
  "optimistic-omd": 172,
  rarts: 119,
  saf: 240,
  "z-loss": 230,
};
