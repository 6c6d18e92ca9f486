/**
 * The part of @xmpp/sasl that @xmpp/sasl2 uses: ours among the mechanisms that a server offers, in our order.
 *
 * @param {import('ltx').Element} feature
 * @param {string} xmlns
 * @param {{ _mechs: { name: string }[] }} saslFactory
 */
export function getAvailableMechanisms(feature, xmlns, saslFactory) {
  const offered = feature.getChildren('mechanism', xmlns).map((mechanism) => mechanism.getText());
  return saslFactory._mechs.map(({ name }) => name).filter((name) => offered.includes(name));
}
