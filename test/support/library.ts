import * as architecture from "@minimand/lab/architecture";
import * as generative from "@minimand/lab/generative";
import * as language from "@minimand/lab/language";
import * as online from "@minimand/lab/online";
import * as outputLayer from "@minimand/lab/output-layer";
import * as prompts from "@minimand/lab/prompts";
import * as selfTraining from "@minimand/lab/self-training";
import * as solvers from "@minimand/lab/solvers";
import * as theory from "@minimand/lab/theory";
import * as vision from "@minimand/lab/vision";
import * as losses from "minimand/losses";
import * as metrics from "minimand/metrics";
import * as models from "minimand/models";
import * as optimizers from "minimand/optimizers";
import * as quantization from "minimand/quantization";
import * as training from "minimand/training";

/** The modules of the library and of the lab, by their names. */
export const wings: { readonly [specifier: string]: object } = {
  "minimand/losses": losses,
  "minimand/metrics": metrics,
  "minimand/models": models,
  "minimand/optimizers": optimizers,
  "minimand/quantization": quantization,
  "minimand/training": training,
  "@minimand/lab/architecture": architecture,
  "@minimand/lab/generative": generative,
  "@minimand/lab/language": language,
  "@minimand/lab/online": online,
  "@minimand/lab/output-layer": outputLayer,
  "@minimand/lab/prompts": prompts,
  "@minimand/lab/self-training": selfTraining,
  "@minimand/lab/solvers": solvers,
  "@minimand/lab/theory": theory,
  "@minimand/lab/vision": vision,
};

/** All values that they export. */
export const library: { readonly [name: string]: unknown } = Object.assign({}, ...Object.values(wings));
