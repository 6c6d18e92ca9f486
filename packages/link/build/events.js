/** @typedef {((...args: unknown[]) => void) & { wrapped?: unknown }} Listener */

/** What @xmpp/* and ltx use of Node's EventEmitter. */
export class EventEmitter {
  constructor() {
    /** @type {Record<string, Listener[] | undefined>} */
    this._listeners = Object.create(null);
  }

  /** @param {string} event @param {Listener} listener */
  on(event, listener) {
    // A new array each time: whoever is emitting goes through the old one.
    this._listeners[event] = [...(this._listeners[event] || []), listener];
    return this;
  }

  /** @param {string} event @param {Listener} listener */
  addListener(event, listener) {
    return this.on(event, listener);
  }

  /** @param {string} event @param {Listener} listener */
  once(event, listener) {
    /** @type {Listener} */
    const wrapper = (...args) => {
      this.removeListener(event, wrapper);
      listener.apply(this, args);
    };
    wrapper.wrapped = listener;
    return this.on(event, wrapper);
  }

  /** @param {string} event @param {Listener} listener */
  removeListener(event, listener) {
    this._listeners[event] = (this._listeners[event] || []).filter(
      (other) => other !== listener && other.wrapped !== listener,
    );
    return this;
  }

  /** @param {string} event */
  listenerCount(event) {
    return (this._listeners[event] || []).length;
  }

  /** @param {string} event @param {unknown[]} args */
  emit(event, ...args) {
    const listeners = this._listeners[event];
    if (!listeners || listeners.length === 0) {
      if (event === 'error') throw args[0];
      return false;
    }
    for (const listener of listeners) listener.apply(this, args);
    return true;
  }
}

export default EventEmitter;
