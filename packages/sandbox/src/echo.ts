import { bearerToken } from './bearer.ts'
import { endpoints, type Handler } from './engine.ts'
import { jsonAnswer } from './http-answer.ts'

/** A protected resource to call: takes a valid access token and tells who called with what. */
export const echo: Handler = (exchange, engine) => {
  const token = bearerToken(exchange, engine, engine.issuer + endpoints.echo)
  return jsonAnswer({
    method: exchange.method,
    query: exchange.query.record(),
    body: exchange.body,
    client_id: token.clientId,
    sub: token.sub,
    username: engine.users.find(token.sub)?.username,
    scope: token.scope,
    aud: token.audience,
    exp: Math.floor(token.expiresAt),
  })
}
