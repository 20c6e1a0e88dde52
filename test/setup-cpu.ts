import { defaultDevice } from "@jax-js/jax";

defaultDevice("cpu");
