import { refuseRedirect, returnRedirect } from './authorize.ts'
import { browserId, consentPage } from './consent-page.ts'
import { answerDevice } from './device.ts'
import type { Engine, Exchange, Handler } from './engine.ts'
import type { Answer } from './http-answer.ts'
import type { AuthorizationRequest } from './interactions.ts'
import { errorPage } from './page.ts'
import { scopeTokens } from './scope.ts'
import type { SandboxUser } from './users.ts'

/** Takes the person's answer from the consent page. */
export const consent: Handler = (exchange, engine) => {
  const { form, headers } = exchange
  const interaction = engine.interactions.take(
    form.get('interaction') ?? '',
    browserId(headers.cookie),
    engine.clock.now(),
  )
  const request = interaction?.request
  const client = engine.clients.find(request?.clientId)
  if (request === undefined || client === undefined)
    return errorPage(
      'This page was answered before',
      'The answer was already given, came too late, or came from another browser or site. Please start again in the application.',
      'invalid_request',
      403,
    )

  if (form.get('decision') !== 'allow') {
    if (request.kind === 'device') return answerDevice(engine, request, undefined)
    return refuseRedirect(engine, request, 'access_denied', 'The person said no.')
  }
  const user = chosenUser(exchange, engine)
  if (user === undefined) {
    const problem = 'Choose a person, or type an e-mail address such as carol@example.test.'
    return consentPage(engine, { request, client, cookie: headers.cookie, problem, email: form.get('email') ?? '' })
  }
  const scope = agreedScope(exchange, request.scope)
  if (request.kind === 'device') return answerDevice(engine, request, { sub: user.sub, scope })
  return giveCode(engine, request, user, scope)
}

function chosenUser({ form }: Exchange, engine: Engine): SandboxUser | undefined {
  const person = form.get('person')
  if (person !== undefined) return engine.users.findByName(person)
  return engine.users.withEmail(form.get('email') ?? '')
}

// The boxes left ticked, and never more than the client asked for.
function agreedScope({ form }: Exchange, asked: string): string {
  const ticked = form.all('scope')
  return scopeTokens(asked)
    .filter((token) => ticked.includes(token))
    .join(' ')
}

function giveCode(engine: Engine, request: AuthorizationRequest, user: SandboxUser, scope: string): Answer {
  const now = engine.clock.now()
  const { clientId, resources, nonce, pkce, authority } = request
  const code = engine.codes.issue({
    clientId,
    sub: user.sub,
    scope,
    resources,
    nonce,
    pkce,
    authority,
    redirectUri: request.redirectUriSent ? request.redirectUri : undefined,
    authTime: now,
    expiresAt: now + engine.settings.lifetimes.code,
  })
  return returnRedirect(engine, request, { code }, { code })
}
