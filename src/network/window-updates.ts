/**
 * Yamux as @libp2p/yamux writes it answers every frame it reads with a window update: a frame of its own, encrypted,
 * written and read, for each 400-byte share. The format asks for an update when half of the window is used, and that is
 * when it is sent here. The other end notices nothing: it may send half a window at any time.
 */
import { StreamState, YamuxStream } from "@libp2p/yamux/stream";

/** Higher: updates are sent for less. Lower: a sender of long messages waits for them. */
const LEFT_RATIO_MIN = 0.5;

// oxlint-disable-next-line typescript/unbound-method -- it is called with its stream below
const always = YamuxStream.prototype.sendWindowUpdate;
let isThrifty = false;

/** @returns the part of the window that its sender may still fill; 0 when the library no longer says */
function windowLeftRatio(stream: YamuxStream): number {
  const left: unknown = Reflect.get(stream, "recvWindowCapacity");
  const whole: unknown = Reflect.get(stream, "recvWindow");
  return typeof left === "number" && typeof whole === "number" ? left / whole : 0;
}

/** For all streams of this process, once. */
export function holdBackWindowUpdates(): void {
  if (isThrifty) return;
  isThrifty = true;
  YamuxStream.prototype.sendWindowUpdate = function (this: YamuxStream): void {
    // Before a stream is established its updates carry the flags that open it.
    if (this.state === StreamState.Established && windowLeftRatio(this) >= LEFT_RATIO_MIN) return;
    always.call(this);
  };
}
