import type { Row } from "./row.ts";
import { approvals } from "./rows/approvals.ts";
import { burst } from "./rows/burst.ts";
import { channels, people } from "./rows/fan-out.ts";
import { halfOpen } from "./rows/half-open.ts";
import { kills } from "./rows/kills.ts";
import { memory, memoryOverTime } from "./rows/memory.ts";
import { outage } from "./rows/outage.ts";
import { restart } from "./rows/restart.ts";
import { single } from "./rows/single.ts";
import { slowPlaces } from "./rows/slow-places.ts";
import { idleCpu, startUp } from "./rows/start.ts";
import { throttled } from "./rows/throttled.ts";
import { whileDown } from "./rows/while-down.ts";

/** In the order of the table. */
export const rows: readonly Row[] = [
  channels,
  people,
  burst,
  throttled,
  single,
  approvals,
  kills,
  slowPlaces,
  outage,
  halfOpen,
  whileDown,
  restart,
  memory,
  memoryOverTime,
  startUp,
  idleCpu,
];
