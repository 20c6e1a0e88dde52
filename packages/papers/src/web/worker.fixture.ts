/* The module of a worker of the browser test. */
import { answerReproduction } from "./answer-reproduction.ts";

answerReproduction();
