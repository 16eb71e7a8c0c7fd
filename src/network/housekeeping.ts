/**
 * libp2p's own services answer whoever asks, as often as it asks: each identification is built anew, each ping echoed.
 * Here it is asked first whether the member has not asked enough.
 */
import type { identify } from "@libp2p/identify";
import type { StreamHandler } from "@libp2p/interface";
import type { Clock } from "../base/ports.ts";
import type { Committee } from "./committee.ts";

type Registrar = Parameters<ReturnType<typeof identify>>[0]["registrar"];

export type HousekeepingDoors = { readonly committee: Committee; readonly clock: Clock };

/** The same service, whose handlers are spared what a member asks too often. */
export function limitedService<Components extends { registrar: Registrar }, Service>(
  build: (components: Components) => Service,
  doors: HousekeepingDoors,
): (components: Components) => Service {
  return (components) => {
    const registrar = limitedRegistrar(components.registrar, doors);
    return build(
      new Proxy(components, {
        get: (target, key) => (key === "registrar" ? registrar : Reflect.get(target, key)),
      }),
    );
  };
}

function limitedRegistrar(registrar: Registrar, doors: HousekeepingDoors): Registrar {
  return {
    getProtocols: () => registrar.getProtocols(),
    getHandler: (protocol) => registrar.getHandler(protocol),
    getTopologies: (protocol) => registrar.getTopologies(protocol),
    unhandle: (protocol, options) => registrar.unhandle(protocol, options),
    use: (protocol, middleware) => registrar.use(protocol, middleware),
    unuse: (protocol) => registrar.unuse(protocol),
    getMiddleware: (protocol) => registrar.getMiddleware(protocol),
    register: (protocol, topology, options) => registrar.register(protocol, topology, options),
    unregister: (id) => registrar.unregister(id),
    handle: (protocol, handler, options) => registrar.handle(protocol, limitedHandler(handler, doors), options),
  };
}

function limitedHandler(handler: StreamHandler, { committee, clock }: HousekeepingDoors): StreamHandler {
  return (stream, connection) => {
    const member = committee.byPeer(connection.remotePeer);
    if (member?.ledger.admitHousekeeping(clock.monotonicMs()) === true) return handler(stream, connection);
    if (member !== null) committee.punish(member, "flood", FLOODS_PER_STREAM);
    stream.abort(new Error("asked too often"));
  };
}

/** A stream costs what some frames cost. */
const FLOODS_PER_STREAM = 5;
