/* Written by `npm run docs` from the folders of the papers. */
import { lesson as daleLangevin } from "../dale-langevin/lesson/controls.ts";
import { lesson as dcdm } from "../dcdm/lesson/controls.ts";
import { lesson as elasticface } from "../elasticface/lesson/controls.ts";
import { lesson as ldr } from "../ldr/lesson/controls.ts";
import { lesson as lion } from "../lion/lesson/controls.ts";

export const registry = {
  elasticface,
  ldr,
  dcdm,
  lion,
  "dale-langevin": daleLangevin,
};

export const loaders = {
  elasticface: () => import("../elasticface/lesson/show.ts"),
  ldr: () => import("../ldr/lesson/show.ts"),
  dcdm: () => import("../dcdm/lesson/show.ts"),
  lion: () => import("../lion/lesson/show.ts"),
  "dale-langevin": () => import("../dale-langevin/lesson/show.ts"),
};
