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
const MARGIN_ACROSS = 46;
const MARGIN_UPRIGHT = 30;
/** How much perspective enlarges the near corners. */
const ENLARGED = 1.14;

export class Camera {
  readonly #sinTurn: number;
  readonly #cosTurn: number;
  readonly #sinTilt: number;
  readonly #cosTilt: number;
  readonly #centreX: number;
  readonly #centreY: number;
  readonly #scale: number;

  /** @param size of the picture in CSS pixels */
  constructor({ turn, tilt }: View, size: { readonly width: number; readonly height: number }) {
    this.#sinTurn = Math.sin(turn);
    this.#cosTurn = Math.cos(turn);
    this.#sinTilt = Math.sin(tilt);
    this.#cosTilt = Math.cos(tilt);
    this.#centreX = size.width / 2;
    // The whole box fits however it is turned: the scale follows the tilt alone, so that turning does not zoom.
    const upright = (Math.SQRT2 * this.#sinTilt + HEIGHT * this.#cosTilt) * ENLARGED;
    this.#scale = Math.min(
      (size.width / 2 - MARGIN_ACROSS) / (Math.SQRT2 * ENLARGED),
      (size.height / 2 - MARGIN_UPRIGHT) / upright,
    );
    this.#centreY = size.height / 2 - this.#scale * 0.1 * this.#sinTilt;
  }

  see({ x, y, z }: Point3): Seen {
    const across = x * this.#cosTurn - y * this.#sinTurn;
    const away = x * this.#sinTurn + y * this.#cosTurn;
    const up = z * HEIGHT;
    const depth = away * this.#cosTilt - up * this.#sinTilt;
    const height = away * this.#sinTilt + up * this.#cosTilt;
    const scale = (this.#scale * EYE_DISTANCE) / (EYE_DISTANCE + depth);
    return { x: this.#centreX + across * scale, y: this.#centreY - height * scale, depth };
  }
}
