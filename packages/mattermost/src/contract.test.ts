import { messengerContract } from "@access-plugins/testing";
import { mattermostContractSuite } from "./testing/contract-suite.ts";

messengerContract("Mattermost", mattermostContractSuite);
