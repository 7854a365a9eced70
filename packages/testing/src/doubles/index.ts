export { createFakeClock, type FakeClock } from "../fake-clock.ts";
export { createSeededRandom } from "../seeded-random.ts";
export {
  createMemoryMessenger,
  type MemoryMessage,
  type MemoryMessenger,
  type MemoryMessengerOptions,
  type MemoryReminder,
  type MessengerMethod,
} from "./memory-messenger.ts";
export { createMemoryTeleport, type MemoryCluster, type MemoryTeleport } from "./memory-teleport.ts";
