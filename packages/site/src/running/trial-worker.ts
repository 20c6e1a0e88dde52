/* The module of a worker that runs trials. */
import { answerReproduction } from "@minimand/papers/web";

answerReproduction();
