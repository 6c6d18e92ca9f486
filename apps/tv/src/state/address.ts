/** What a person types to reach the remote's page: the code's address without scheme, path and secret. */
export function shortAddress(offerUrl: string): string {
  const origin = /^(https?):\/\/([^/?#]+)/.exec(offerUrl);
  if (!origin) return '';
  const [, scheme, host] = origin;
  // A browser would try http first for a bare host of the home network.
  return scheme === 'https' ? `https://${host}` : (host ?? '');
}
