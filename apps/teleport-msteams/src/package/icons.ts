import { encodePng, type Pixels } from "./png.ts";

type Colour = readonly [red: number, green: number, blue: number];
type Point = readonly [x: number, y: number];

const white: Colour = [255, 255, 255];
const top: Colour = [94, 84, 214];
const bottom: Colour = [44, 33, 125];

/** Samples a pixel is averaged from, along one side. */
const samples = 4;

/**
 * The app's picture in Teams: a shield with a tick on a coloured ground, 192 x 192 and without transparency. The mark
 * stays within the middle 120 x 120, which Teams shows round in places.
 */
export function colourIcon(): Uint8Array {
  return draw(192, (x, y) => {
    const ground = mix(top, bottom, y);
    const inShield = distanceToShield([scaled(x, 0.62), scaled(y, 0.62)]) < 0;
    const inTick = distanceToTick([scaled(x, 0.62), scaled(y, 0.62)]) < 0.055;
    return { colour: inShield && !inTick ? white : ground, opacity: 1 };
  });
}

/** The same mark as a white outline on transparent ground, 32 x 32: all Teams takes for its side bar. */
export function outlineIcon(): Uint8Array {
  return draw(32, (x, y) => {
    const point: Point = [scaled(x, 0.92), scaled(y, 0.92)];
    const isLine = Math.abs(distanceToShield(point) + 0.035) < 0.035 || distanceToTick(point) < 0.04;
    return { colour: white, opacity: isLine ? 1 : 0 };
  });
}

/** A shield in the unit square: straight shoulders, round flanks, a point below. Negative inside. */
function distanceToShield([x, y]: Point): number {
  const half = Math.abs(x - 0.5);
  // The flanks are arcs that begin at the shoulders (0.4 from the middle) and meet at the point (0.46 below them).
  if (y > 0.5) return Math.hypot(half + 0.0645, y - 0.5) - 0.4645;
  const [across, above] = [half - 0.4 + corner, 0.04 + corner - y];
  return Math.hypot(Math.max(across, 0), Math.max(above, 0)) + Math.min(Math.max(across, above), 0) - corner;
}

const corner = 0.06;

const tick: readonly [Point, Point, Point] = [
  [0.32, 0.46],
  [0.45, 0.59],
  [0.69, 0.33],
];

function distanceToTick(point: Point): number {
  return Math.min(distanceToLine(point, tick[0], tick[1]), distanceToLine(point, tick[1], tick[2]));
}

function distanceToLine([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const along = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}

/** The coordinate in a mark that takes `part` of the side, in the middle. */
function scaled(coordinate: number, part: number): number {
  return (coordinate - (1 - part) / 2) / part;
}

function mix(one: Colour, other: Colour, part: number): Colour {
  const channel = (index: 0 | 1 | 2) => one[index] * (1 - part) + other[index] * part;
  return [channel(0), channel(1), channel(2)];
}

interface Sample {
  readonly colour: Colour;
  readonly opacity: number;
}

/** Each pixel is the mean of a grid of samples, so that edges are smooth. */
function draw(size: number, at: (x: number, y: number) => Sample): Uint8Array {
  const rgba = new Uint8Array(size * size * 4);
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) rgba.set(toPixel(x, y, size, at), (y * size + x) * 4);
  }
  const pixels: Pixels = { width: size, height: size, rgba };
  return encodePng(pixels);
}

function toPixel(x: number, y: number, size: number, at: (x: number, y: number) => Sample): readonly number[] {
  const sum = [0, 0, 0, 0];
  for (let index = 0; index < samples * samples; index += 1) {
    const [dx, dy] = [(index % samples) + 0.5, Math.floor(index / samples) + 0.5];
    const { colour, opacity } = at((x + dx / samples) / size, (y + dy / samples) / size);
    for (const channel of [0, 1, 2] as const) sum[channel] = (sum[channel] ?? 0) + colour[channel];
    sum[3] = (sum[3] ?? 0) + opacity * 255;
  }
  return sum.map((value) => Math.round(value / (samples * samples)));
}
