/** Makes a call that all who call it for the same object while it is under way share, with its outcome. Whoever calls after that begins a new one. */
export function sharedCall<A, T>(
  call: (given: A) => Promise<T>,
): (object: object, given: A) => Promise<T> {
  const underWay = new WeakMap<object, Promise<T>>();
  return (object, given) => {
    const running = underWay.get(object);
    if (running !== undefined) return running;
    const made = call(given).finally(() => underWay.delete(object));
    underWay.set(object, made);
    return made;
  };
}
