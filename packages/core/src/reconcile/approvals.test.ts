import { describe, expect, it } from "vitest";
import type { Review } from "../domain/access-request.ts";
import { toRequest, toReview } from "../testing/samples.ts";
import { countApprovals } from "./approvals.ts";

const threshold = (approve: number, deny = 1) => ({ name: "", approve, deny });
const by = (...indexes: number[]): Review => toReview({ thresholdIndexes: indexes });

describe("countApprovals", () => {
  it("counts approvals against the one threshold there is", () => {
    const request = toRequest({ thresholds: [threshold(2)], roleThresholds: { dba: [[0]] }, reviews: [by(0)] });
    expect(countApprovals(request)).toEqual({ given: 1, needed: 2 });
  });

  it("takes the threshold of a set that is nearest to being met", () => {
    const request = toRequest({
      thresholds: [threshold(3), threshold(2)],
      roleThresholds: { dba: [[0, 1]] },
      reviews: [by(0), by(0)],
    });
    expect(countApprovals(request)).toEqual({ given: 2, needed: 3 });
  });

  it("takes the role and the set that is farthest from it", () => {
    const request = toRequest({
      thresholds: [threshold(1), threshold(3), threshold(2)],
      roleThresholds: { dev: [[0]], dba: [[0], [2]], root: [[1]] },
      reviews: [by(0, 1, 2)],
    });
    expect(countApprovals(request)).toEqual({ given: 1, needed: 3 });
  });

  it("counts approvals only, and no more than are needed", () => {
    const reviews = [by(0), by(0), by(0), { ...by(0), state: "denied" as const }];
    const request = toRequest({ thresholds: [threshold(2)], roleThresholds: { dba: [[0]] }, reviews });
    expect(countApprovals(request)).toEqual({ given: 2, needed: 2 });
  });

  it.each([
    ["no thresholds", toRequest({ reviews: [by(0)] })],
    ["thresholds that only deny", toRequest({ thresholds: [threshold(0)], roleThresholds: { dba: [[0]] } })],
    ["indexes of thresholds that are not there", toRequest({ thresholds: [], roleThresholds: { dba: [[4]] } })],
    ["roles without sets", toRequest({ thresholds: [threshold(1)], roleThresholds: { dba: [] } })],
  ])("knows nothing from %s", (_what, request) => {
    expect(countApprovals(request)).toBeUndefined();
  });

  it("leaves a threshold out that cannot approve where another one can", () => {
    const request = toRequest({ thresholds: [threshold(0), threshold(2)], roleThresholds: { dba: [[0, 1]] } });
    expect(countApprovals(request)).toEqual({ given: 0, needed: 2 });
  });
});
