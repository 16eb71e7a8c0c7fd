// Preloaded into a node's process (--import): a member that observes and listens but keeps its shares to itself, from one
// SIGUSR2 to the next. Everything else it says and does is the node's own.
import { Network } from "../../dist/network/network.js";
import { DIRECT_ENVELOPE } from "../../dist/node/ceremony-driver.js";

/** Where an envelope names its type, behind the byte that tells envelopes from the key ceremony. */
const SHARE_TYPE = 3;
let isSilent = false;
process.on("SIGUSR2", () => {
  isSilent = !isSilent;
});
// oxlint-disable-next-line typescript/unbound-method -- it is called with its network below
const { send } = Network.prototype;
Network.prototype.send = function (toId, bytes, ...rest) {
  if (isSilent && bytes[0] === DIRECT_ENVELOPE && bytes[1] === SHARE_TYPE) return;
  return send.call(this, toId, bytes, ...rest);
};
