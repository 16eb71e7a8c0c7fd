/**
 * Node 20 lacks `Promise.withResolvers`, which libp2p's dial queue, yamux and ping call. Import this file before any
 * libp2p package. Nothing happens where the engine has the method.
 */

type Resolvers<T> = {
  readonly promise: Promise<T>;
  readonly resolve: (value: T | PromiseLike<T>) => void;
  readonly reject: (reason?: unknown) => void;
};

/** As in ECMAScript 2024, 27.2.4.9: the three parts of a pending promise of the receiver's class. */
function withResolvers<T>(this: PromiseConstructor): Resolvers<T> {
  let resolve: Resolvers<T>["resolve"] = () => undefined;
  let reject: Resolvers<T>["reject"] = () => undefined;
  const promise = new this<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

if (!("withResolvers" in Promise)) {
  Object.defineProperty(Promise, "withResolvers", { value: withResolvers, writable: true, configurable: true });
}
