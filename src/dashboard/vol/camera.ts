/** How a unit cube is seen: turned about its upright axis, tilted, in perspective, fitted into a rectangle. Pure. */

/** Each in [-1, 1]; z points up. */
export type Point3 = { readonly x: number; readonly y: number; readonly z: number };
/** Pixels, and how far away: larger is further. */
export type Seen = { readonly x: number; readonly y: number; readonly depth: number };

/** Radians. Turning goes round and round; tilting stays above the floor. */
export type View = { readonly turn: number; readonly tilt: number };

export const FIRST_VIEW: View = { turn: -0.62, tilt: 0.5 };
const TILT_MIN = 0.06;
const TILT_MAX = 1.45;

export function turned({ turn, tilt }: View, byTurn: number, byTilt: number): View {
  const round = 2 * Math.PI;
  const next = (turn + byTurn) % round;
  return {
    turn: next > Math.PI ? next - round : next < -Math.PI ? next + round : next,
    tilt: Math.min(TILT_MAX, Math.max(TILT_MIN, tilt + byTilt)),
  };
}

/** The box is flatter than it is wide: height of the cube's z over its x. */
const HEIGHT = 0.62;
/** In half widths of the cube. Nearer: more dramatic, and further from what the numbers say. */
const EYE_DISTANCE = 6.5;
/** Room for numbers and titles beside the box, pixels. */
const MARGIN_SIDE = 34;
const MARGIN_TOP = 22;
const MARGIN_BOTTOM = 34;
/** A quarter turn is looked at in so many steps to find the widest view. */
const FIT_STEPS = 12;

type Spread = { readonly across: number; readonly above: number; readonly below: number };

/** One corner or point before it is scaled and moved into the picture: x to the right, y up. */
function project({ x, y, z }: Point3, { turn, tilt }: View): Seen {
  const [sinTurn, cosTurn, sinTilt, cosTilt] = [Math.sin(turn), Math.cos(turn), Math.sin(tilt), Math.cos(tilt)];
  const away = x * sinTurn + y * cosTurn;
  const up = z * HEIGHT;
  const depth = away * cosTilt - up * sinTilt;
  const enlarged = EYE_DISTANCE / (EYE_DISTANCE + depth);
  return { x: (x * cosTurn - y * sinTurn) * enlarged, y: (away * sinTilt + up * cosTilt) * enlarged, depth };
}

/** How far the box's corners reach, whichever way it is turned at this tilt. */
function spreadOf(tilt: number): Spread {
  let [across, above, below] = [0, 0, 0];
  for (let step = 0; step < FIT_STEPS; step++) {
    // The floor is a square: after a quarter turn it looks the same.
    const view = { turn: (step / FIT_STEPS) * (Math.PI / 2), tilt };
    for (let corner = 0; corner < 8; corner++) {
      const seen = project({ x: corner & 1 ? 1 : -1, y: corner & 2 ? 1 : -1, z: corner & 4 ? 1 : -1 }, view);
      across = Math.max(across, Math.abs(seen.x));
      above = Math.max(above, seen.y);
      below = Math.max(below, -seen.y);
    }
  }
  return { across, above, below };
}

export class Camera {
  readonly #view: View;
  readonly #centreX: number;
  readonly #centreY: number;
  readonly #scale: number;

  /** @param size of the picture in CSS pixels */
  constructor(view: View, size: { readonly width: number; readonly height: number }) {
    this.#view = view;
    // The whole box fits however it is turned: the scale follows the tilt alone, so that turning does not zoom.
    const { across, above, below } = spreadOf(view.tilt);
    this.#scale = Math.min(
      (size.width / 2 - MARGIN_SIDE) / across,
      (size.height - MARGIN_TOP - MARGIN_BOTTOM) / (above + below),
    );
    const rest = size.height - MARGIN_TOP - MARGIN_BOTTOM - (above + below) * this.#scale;
    this.#centreX = size.width / 2;
    this.#centreY = MARGIN_TOP + rest / 2 + above * this.#scale;
  }

  see(point: Point3): Seen {
    const { x, y, depth } = project(point, this.#view);
    return { x: this.#centreX + x * this.#scale, y: this.#centreY - y * this.#scale, depth };
  }
}
