import { createLinkedList, type LinkedList } from "./linked-list.ts";

/** A queue that serves its lanes in turn: first in, first out within a lane, round robin between lanes. */
export interface LaneQueue<T> {
  size(): number;
  /** Adds at the end of its lane. The returned function takes it out again and tells whether it was still in. */
  add(item: T, lane: string): () => boolean;
  /** Takes the first item of the lane whose turn it is; undefined when nothing waits. */
  take(): T | undefined;
}

interface Lane<T> {
  readonly name: string;
  readonly items: LinkedList<T>;
  leaveTurns: () => boolean;
}

export function createLaneQueue<T>(): LaneQueue<T> {
  /** Only lanes with items. */
  const lanes = new Map<string, Lane<T>>();
  const turns = createLinkedList<Lane<T>>();
  let size = 0;

  function laneOf(name: string): Lane<T> {
    const found = lanes.get(name);
    if (found !== undefined) return found;
    const lane: Lane<T> = { name, items: createLinkedList<T>(), leaveTurns: () => false };
    lane.leaveTurns = turns.push(lane);
    lanes.set(name, lane);
    return lane;
  }

  function close(lane: Lane<T>): void {
    lane.leaveTurns();
    lanes.delete(lane.name);
  }

  return {
    size: () => size,
    add(item, name) {
      const lane = laneOf(name);
      const removeItem = lane.items.push(item);
      size += 1;
      return () => {
        if (!removeItem()) return false;
        size -= 1;
        if (lane.items.size() === 0) close(lane);
        return true;
      };
    },
    take() {
      const lane = turns.shift();
      if (lane === undefined) return undefined;
      const item = lane.items.shift();
      size -= 1;
      if (lane.items.size() === 0) close(lane);
      else lane.leaveTurns = turns.push(lane);
      return item;
    },
  };
}
