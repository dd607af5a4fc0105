import { bearerToken, insufficientScope } from './bearer.ts'
import { endpoints, type Handler } from './engine.ts'
import { jsonAnswer } from './http-answer.ts'
import { personClaims } from './person-claims.ts'
import { scopeTokens } from './scope.ts'

/** OpenID Connect Core §5.3. */
export const userinfo: Handler = (exchange, engine) => {
  const token = bearerToken(exchange, engine, engine.issuer + endpoints.userinfo)
  const scopes = scopeTokens(token.scope)
  const user = engine.users.find(token.sub)
  if (user === undefined || !scopes.includes('openid')) throw insufficientScope('openid')
  return jsonAnswer({ sub: user.sub, ...personClaims(user, scopes) })
}
