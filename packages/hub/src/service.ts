import {
  attribute,
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  NS_PING,
  NS_SESSION,
  StanzaError,
  xml,
} from '@fjern/protocol';
import type { LocalSession } from './local-session.ts';
import type { Router } from './router.ts';
import { resultReply } from './stanza.ts';

/** XEP-0199 at the domain. */
export function answerPings(service: LocalSession, router: Router): void {
  service.handle('get', NS_PING, () => undefined);
  router.handleForAccounts('get', NS_PING, (iq) => resultReply(iq));
}

/** XEP-0030 at the domain: whatever has a handler there is a feature. There are no items: who is at home is private. */
export function answerDisco(service: LocalSession, router: Router): void {
  service.handle('get', NS_DISCO_INFO, (query) => {
    if (attribute(query, 'node')) throw new StanzaError('item-not-found');
    return xml(
      'query',
      { xmlns: NS_DISCO_INFO },
      xml('identity', { category: 'server', type: 'im', name: 'Fjern hub' }),
      ...service.handledNamespaces.sort().map((feature) => xml('feature', { var: feature })),
    );
  });
  service.handle('get', NS_DISCO_ITEMS, () => xml('query', { xmlns: NS_DISCO_ITEMS }));
  router.handleForAccounts('get', NS_DISCO_INFO, (iq) =>
    resultReply(
      iq,
      xml(
        'query',
        { xmlns: NS_DISCO_INFO },
        xml('identity', { category: 'account', type: 'registered' }),
        ...[NS_DISCO_INFO, NS_DISCO_ITEMS, NS_PING].map((feature) =>
          xml('feature', { var: feature }),
        ),
      ),
    ),
  );
  router.handleForAccounts('get', NS_DISCO_ITEMS, (iq) =>
    resultReply(iq, xml('query', { xmlns: NS_DISCO_ITEMS })),
  );
}

/** RFC 3921 §3: older clients ask for a session, which has meant nothing since RFC 6121. */
export function answerSessionRequests(router: Router): void {
  router.handleForAccounts('set', NS_SESSION, (iq) => resultReply(iq));
}
