import { stepsConform } from "./conformance.fixture.ts";
import { conformingSteps } from "./steps.fixture.ts";

stepsConform(conformingSteps);
