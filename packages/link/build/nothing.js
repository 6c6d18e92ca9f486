/** Takes the place of the parser of @xmpp/websocket: the link has its own. */
export default class {}
