import { messengerContract } from "@access-plugins/testing";
import { slackContractSuite } from "./testing/contract-suite.ts";

messengerContract("Slack", slackContractSuite);
