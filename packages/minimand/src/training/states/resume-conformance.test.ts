import { conformingSteps } from "../steps.fixture.ts";
import { stepsResume } from "./resume-conformance.fixture.ts";

stepsResume(conformingSteps);
