import { stepsConform } from "../../../minimand/src/training/conformance.fixture.ts";
import { stepsResume } from "../../../minimand/src/training/states/resume-conformance.fixture.ts";
import { selfTrainingSteps } from "./steps.fixture.ts";

stepsConform(selfTrainingSteps);
stepsResume(selfTrainingSteps);
