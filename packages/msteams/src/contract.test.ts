import { messengerContract } from "@access-plugins/testing";
import { msteamsContractSuite } from "./testing/contract-suite.ts";

messengerContract("Teams", msteamsContractSuite);
