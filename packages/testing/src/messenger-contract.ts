import { afterEach, describe, expect, it } from "vitest";
import { failing } from "./messenger-contract/failing.ts";
import { hostile } from "./messenger-contract/hostile.ts";
import { lookingUp } from "./messenger-contract/looking-up.ts";
import { notifying } from "./messenger-contract/notifying.ts";
import { posting } from "./messenger-contract/posting.ts";
import { reacting } from "./messenger-contract/reacting.ts";
import { reminding } from "./messenger-contract/reminding.ts";
import { openStage, type Stage } from "./messenger-contract/stage.ts";
import { storing } from "./messenger-contract/storing.ts";
import type { Ability, ContractSuite } from "./messenger-contract/suite.ts";

export { hostileTexts } from "./hostile/hostile-texts.ts";
export type { Judgement, OutlinePart } from "./hostile/judgement.ts";
export {
  messageOfText,
  noticeFields,
  noticeOfText,
  sampleLink,
  sampleMessage,
  sampleNotice,
  textFields,
} from "./messenger-contract/sample-messages.ts";
export type * from "./messenger-contract/suite.ts";

const optionalMethods: readonly Ability[] = ["findPosted", "reply", "react", "notify", "remind", "uninstall"];

/**
 * What every messenger has to do, against a fake of its platform over real HTTP. One call in the adapter's
 * `contract.test.ts`; what differs between platforms is data in `suite`.
 */
export function messengerContract(name: string, suite: ContractSuite): void {
  // Each takes milliseconds; a busy machine may let any of them wait.
  describe(`${name} keeps the messenger contract`, { timeout: 30_000 }, () => {
    const stages: Stage[] = [];
    const open = async () => {
      const stage = await openStage(suite);
      stages.push(stage);
      return stage;
    };
    afterEach(async () => {
      await Promise.all(stages.splice(0).map(({ rig }) => rig.close()));
    });

    it("has the abilities it declares and no others", async () => {
      const { messenger } = await open();
      const present = optionalMethods.filter((method) => messenger[method] !== undefined);
      expect(present).toEqual(optionalMethods.filter((method) => suite.abilities.includes(method)));
    });

    describe("looking up", () => lookingUp(suite, open));
    describe("posting", () => posting(suite, open));
    if (suite.abilities.includes("react")) describe("reacting", () => reacting(open));
    if (suite.abilities.includes("notify")) describe("notifying", () => notifying(suite, open));
    if (suite.abilities.includes("remind")) describe("reminding", () => reminding(suite, open));
    describe("storing", () => storing(suite, open));
    describe("failing", () => failing(suite, open));
    describe("hostile text", () => hostile(suite, open));
  });
}
