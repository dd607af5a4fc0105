import { type AnswerBody, readAnswer } from '../answer/answer-body.ts'
import type { Client } from '../client/client.ts'
import { OAuthError } from '../errors.ts'
import { onAnswer, type Told } from './compose.ts'
import { withinDeadline } from './deadline.ts'
import type { Http } from './http.ts'
import { assertSecureUrl } from './secure-url.ts'
import { transportError } from './transport-error.ts'

/** Sends one request: https, or plain http on loopback. */
export function send(transport: Http, url: string, init: Told): Promise<Response> {
  assertSecureUrl(url, 'provider')
  // Redirects are never followed: the request carries credentials that are meant for this address alone.
  return transport.fetch(url, { ...init, redirect: 'manual' })
}

/**
 * Makes a request and reads its answer, once more when `again` says so, all under one deadline. Whatever goes wrong on
 * the way becomes a typed error with an `outcome`, without any of the `secrets`; what the program's own functions throw
 * is thrown on as it is. Where `told` is passed on to {@link send}, what a step throws after a success has come is not
 * thrown but told as `thrown`, beside the answer.
 */
export async function ask(
  { http, provider }: Pick<Client, 'http' | 'provider'>,
  secrets: Iterable<string>,
  request: (signal: AbortSignal, told: Told) => Promise<Response>,
  again?: (answer: AnswerBody) => boolean,
): Promise<AnswerBody> {
  const { deadline, maxAnswer, clock } = http
  const read = (response: Response): Promise<AnswerBody> => readAnswer(response, maxAnswer, clock.now(), secrets)
  const once = async (signal: AbortSignal): Promise<AnswerBody> => {
    let came: Response | undefined
    const told: Told = {
      [onAnswer](response) {
        came = response
      },
    }
    let response: Response
    try {
      response = await request(signal, told)
    } catch (thrown) {
      // A step threw after a success had come, which may hold a token that exists nowhere else.
      if (!came?.ok || came.bodyUsed) throw thrown
      return { ...(await read(came)), thrown }
    }
    return await read(response)
  }
  try {
    return await withinDeadline(deadline, clock, async (signal) => {
      const answer = await once(signal)
      return again?.(answer) ? once(signal) : answer
    })
  } catch (error) {
    throw transportError(error, provider.id, provider.name, deadline, secrets)
  }
}

/** Nothing was sent, because there is no address to send it to. */
export function missingEndpoint(provider: Client['provider'], endpoint: string): OAuthError {
  const message = `${provider.name} publishes no ${endpoint.replaceAll('_', ' ')} that can be used.`
  return new OAuthError('MISSING_ENDPOINT', message, { provider: provider.id, outcome: 'not_sent' })
}

const SECRET_PARAMETERS =
  /^(?:client_secret|refresh_token|code|code_verifier|password|assertion|client_assertion|device_code|token|subject_token|actor_token|auth_req_id|client_notification_token|login_hint_token|id_token_hint|request)$/

/** The client's secret and those in the forms that it sent: looked for when something failed, and not before. */
export function secretsOf(
  { secret }: Pick<Client['authentication'], 'secret'>,
  forms: readonly Iterable<[string, string]>[],
): Iterable<string> {
  return new Secrets(secret, forms)
}

class Secrets implements Iterable<string> {
  readonly #secret: Client['authentication']['secret']
  readonly #forms: readonly Iterable<[string, string]>[]

  constructor(secret: Client['authentication']['secret'], forms: readonly Iterable<[string, string]>[]) {
    this.#secret = secret
    this.#forms = forms
  }

  *[Symbol.iterator](): Generator<string> {
    if (this.#secret !== undefined) yield this.#secret.reveal()
    for (const form of this.#forms) for (const [name, value] of form) if (SECRET_PARAMETERS.test(name)) yield value
  }
}
