/** An address (RFC 7622), in the form in which the hub compares it. */
export interface Jid {
  local: string | undefined;
  domain: string;
  resource: string | undefined;
  /** `local@domain`, or the domain. */
  bare: string;
  /** All of it. */
  full: string;
}

const maxPart = 1023;
// RFC 7622 §3.3.1, beside white space and control characters.
const forbiddenInLocal = /[\s\p{Cc}"&'/:<>@]/u;
const forbiddenInDomain = /[\s\p{Cc}"&'/<>@\\]/u;
const forbiddenInResource = /\p{Cc}/u;

export function parseJid(text: string): Jid | undefined {
  if (text.length > 3 * maxPart + 2) return undefined;
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const at = address.indexOf('@');
  const local = at < 0 ? undefined : address.slice(0, at).normalize('NFC').toLowerCase();
  const domain = address.slice(at + 1).toLowerCase();
  const resource = slash < 0 ? undefined : text.slice(slash + 1).normalize('NFC');
  if (local !== undefined && !isLocalPart(local)) return undefined;
  if (!fits(domain) || forbiddenInDomain.test(domain)) return undefined;
  if (resource !== undefined && !isResource(resource)) return undefined;
  const bare = local === undefined ? domain : `${local}@${domain}`;
  return {
    local,
    domain,
    resource,
    bare,
    full: resource === undefined ? bare : `${bare}/${resource}`,
  };
}

export function isLocalPart(text: string): boolean {
  return fits(text) && !forbiddenInLocal.test(text);
}

export function isResource(text: string): boolean {
  return fits(text) && !forbiddenInResource.test(text);
}

function fits(part: string): boolean {
  return part.length > 0 && Buffer.byteLength(part) <= maxPart;
}
