import {
  decodeList,
  type Element,
  encodeEdit,
  encodeListRequest,
  encodeRevoke,
  type PairedRemote,
  ProtocolError,
  type RequestOptions,
  type Role,
} from '@fjern/protocol';

export type Ask = (
  type: 'get' | 'set',
  payload: Element,
  options?: RequestOptions,
) => Promise<Element | undefined>;

/**
 * All throw StanzaError as the TV answered (`forbidden`: this remote may not), or SessionError, SealError,
 * UndeliveredError when it could not be asked. A remote may rename and revoke itself in any case.
 */
export interface RemotesControl {
  list(options?: RequestOptions): Promise<PairedRemote[]>;
  rename(id: string, name: string, options?: RequestOptions): Promise<void>;
  setRole(id: string, role: Role, options?: RequestOptions): Promise<void>;
  /** Ends its pairing, and its connection at once. */
  revoke(id: string, options?: RequestOptions): Promise<void>;
}

/** @param onchange called when something was changed, so that this remote hears what is new for itself */
export function remotesControl(ask: Ask, onchange: () => void): RemotesControl {
  const set = async (payload: Element, options?: RequestOptions) => {
    await ask('set', payload, options);
    onchange();
  };
  return {
    async list(options) {
      const list = await ask('get', encodeListRequest(), options);
      if (!list) throw new ProtocolError('malformed', 'clients', 'is missing');
      return decodeList(list);
    },
    rename: (id, name, options) => set(encodeEdit({ id, name }), options),
    setRole: (id, role, options) => set(encodeEdit({ id, role }), options),
    revoke: (id, options) => set(encodeRevoke(id), options),
  };
}
