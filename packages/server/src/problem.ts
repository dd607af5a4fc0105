import { type ErrorCode, errorCatalogue, isOAuthError, type OAuthError, type Who } from '@evergrant/core'
import type { Problem } from './contract/index.ts'
import { takenField } from './db/taken.ts'
import { type Fault, type Place, wrongWith } from './validation-sentence.ts'

interface RefusalEntry {
  readonly status: number
  readonly title: string
  readonly who: Who
  readonly advice: string
}

const entry = (status: number, title: string, who: Who, advice: string): RefusalEntry => ({
  status,
  title,
  who,
  advice,
})

/** What the server refuses by itself. Errors of the OAuth engine have their own catalogue. */
export const refusals = {
  INVALID_REQUEST: entry(400, 'The request is not valid', 'developer', 'Correct what the message says.'),
  SETTING_INVALID: entry(400, 'The setting is not valid', 'administrator', 'Correct the field that is named.'),
  INVALID_JSON: entry(400, 'The body is not JSON', 'developer', 'Send a JSON object (RFC 8259).'),
  UNSUPPORTED_MEDIA_TYPE: entry(
    415,
    'The body has another media type',
    'developer',
    'Send JSON, with the header "Content-Type: application/json".',
  ),
  SIGN_IN_REQUIRED: entry(401, 'Sign-in needed', 'person', 'Sign in and try again.'),
  SIGN_IN_FAILED: entry(
    401,
    'Sign-in failed',
    'person',
    'Check name and password. If you have forgotten them, an administrator here can give you a new link.',
  ),
  API_KEY_REQUIRED: entry(
    401,
    'API key needed',
    'developer',
    'Send the header "Authorization: Bearer <API key>". Keys are made under Settings, API keys.',
  ),
  API_KEY_INVALID: entry(401, 'API key not accepted', 'developer', 'Make a new key under Settings, API keys.'),
  REASON_REQUIRED: entry(
    400,
    'Accounts of other people',
    'administrator',
    'Send "reason" and "password" too. The owners are told who made the key, and why.',
  ),
  API_KEY_SCOPE: entry(403, 'Not for this API key', 'administrator', 'Make a key that is for this account.'),
  FORBIDDEN: entry(403, 'Administrators only', 'administrator', 'Ask an administrator to do it.'),
  SIGN_IN_UNVERIFIED: entry(
    403,
    'E-mail address not verified',
    'person',
    'Have your e-mail address verified at the provider, or ask an administrator here.',
  ),
  SIGN_IN_NOT_INVITED: entry(403, 'Not invited', 'administrator', 'Ask an administrator here to invite your address.'),
  SIGN_IN_OTHER_DOMAIN: entry(403, 'Not for this address', 'administrator', 'Ask an administrator here to invite you.'),
  SIGN_IN_PRACTICE: entry(
    403,
    'Not with the practice provider',
    'administrator',
    'Ask an administrator here to choose a connection to a real provider for signing in.',
  ),
  OWNER_ONLY: entry(403, 'For its owner only', 'person', 'Ask the person whose account it is.'),
  SIGN_IN_AGAIN: entry(
    403,
    'Sign in again first',
    'person',
    'Sign out and sign in again, then repeat it within ten minutes.',
  ),
  PASSWORD_WRONG: entry(403, 'Password not right', 'person', 'Enter your own password once more.'),
  NOT_FOR_YOURSELF: entry(
    403,
    'Not for yourself',
    'person',
    'Change your password in your own menu, or ask another administrator for a link.',
  ),
  INVITATION_INVALID: entry(
    403,
    'Link not valid',
    'administrator',
    'Ask whoever sent you the link for a new one. If you have chosen a password by it already, sign in with that.',
  ),
  CONNECT_LINK_INVALID: entry(403, 'Link not valid', 'person', 'Ask whoever sent you the link for a new one.'),
  CONNECT_LINK_TAKEN: entry(
    403,
    'Opened elsewhere before',
    'person',
    'Go on in the browser in which you opened the link first, or ask for a new one.',
  ),
  ACCOUNT_UNCONFIRMED: entry(
    409,
    'Not confirmed yet',
    'person',
    'Its owner confirms on the account’s page who connected it.',
  ),
  LAST_ADMINISTRATOR: entry(
    409,
    'The only administrator',
    'administrator',
    'Make somebody else an administrator first.',
  ),
  CROSS_SITE: entry(403, 'Not from our own page', 'developer', 'Programs use an API key instead of a session.'),
  ADDRESS_MISMATCH: entry(
    403,
    'Opened at another address',
    'person',
    "Open the server's own address; an administrator can change it with EVERGRANT_PUBLIC_URL.",
  ),
  SETUP_LINK_INVALID: entry(
    403,
    'First-run link not valid',
    'administrator',
    'Use the link that the server printed when it started; each start prints one until it is used.',
  ),
  METRICS_TOKEN_REQUIRED: entry(
    401,
    'Metrics need their token',
    'operator',
    'Send the header "Authorization: Bearer <EVERGRANT_METRICS_TOKEN>".',
  ),
  METRICS_FOR_THIS_MACHINE: entry(
    403,
    'Metrics are for this machine',
    'operator',
    'Read them on the machine itself, or set EVERGRANT_METRICS_TOKEN and send it as a bearer token.',
  ),
  KEY_FOR_ALL_ACCOUNTS: entry(
    409,
    'The key is for all accounts',
    'administrator',
    'Delete the whole key under Settings, API keys, and make one that names the accounts it is for.',
  ),
  SANDBOX_ELSEWHERE: entry(
    404,
    'The practice provider is not here',
    'administrator',
    'Go back to Evergrant and begin again. When several processes have one address, send everything below /sandbox to the one that serves it, or run one process.',
  ),
  NOT_FOUND: entry(404, 'Not found', 'developer', 'Check the address and the id.'),
  CONNECTION_IN_USE: entry(
    409,
    'Accounts use this connection',
    'administrator',
    'Send accounts=delete with the request if they are to be deleted too.',
  ),
  ACCOUNT_PAUSED: entry(409, 'Account paused', 'administrator', 'Resume the account on its page.'),
  ATTACHMENT_TOO_LARGE: entry(413, 'The attachment is too large', 'person', 'Use a mail program for it.'),
  TOO_LARGE: entry(413, 'The request is too large', 'developer', 'Send less.'),
  TOO_MANY_ATTEMPTS: entry(429, 'Too many attempts', 'person', 'Wait, then try again.'),
  INTERNAL: entry(500, 'Something went wrong here', 'operator', 'Look for the request id in the log of the server.'),
  STARTING: entry(503, 'The server is starting', 'operator', 'Try again in a second.'),
  SHUTTING_DOWN: entry(503, 'The server is stopping', 'operator', 'Try again in some seconds.'),
} as const satisfies Record<string, RefusalEntry>

export type RefusalCode = keyof typeof refusals

interface RefusalDetails {
  readonly field?: string | undefined
  readonly retryAfter?: number | undefined
}

/** A request that the server does not fulfil, for a reason of its own. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: RefusalCode
  readonly field: string | undefined
  readonly retryAfter: number | undefined

  constructor(code: RefusalCode, message: string, details: RefusalDetails = {}) {
    super(message)
    this.code = code
    this.field = details.field
    this.retryAfter = details.retryAfter
  }
}

/** A problem with the headers that belong to it. */
export interface ProblemAnswer {
  readonly problem: Problem
  readonly retryAfter: number | undefined
  /** Whether it is for the operator, so that the log has to tell more than the answer. */
  readonly unexpected: boolean
}

/** An error of the engine about one field of a form. */
export class AtField extends Error {
  override readonly name = 'AtField'
  readonly error: OAuthError
  readonly field: string

  constructor(error: OAuthError, field: string) {
    super(error.message, { cause: error })
    this.error = error
    this.field = field
  }
}

/** An error about the grant of an account. */
export class AtAccount extends Error {
  override readonly name = 'AtAccount'
  readonly error: OAuthError
  /** Where a person connects it again. */
  readonly reconnectUrl: string

  constructor(error: OAuthError, reconnectUrl: string) {
    super(error.message, { cause: error })
    this.error = error
    this.reconnectUrl = reconnectUrl
  }
}

/** Whatever was thrown, as an answer for a program and a person. Says nothing about what it does not know. */
export function problemOf(thrown: unknown, request_id: string): ProblemAnswer {
  const error = thrown instanceof AtField || thrown instanceof AtAccount ? thrown.error : thrown
  if (isOAuthError(error)) {
    const { code, message, error: wire, error_description } = error
    const field = thrown instanceof AtField ? thrown.field : FIELDS[code]
    const problem: Problem = {
      type: `urn:evergrant:problem:${code.toLowerCase()}`,
      title: titleOf(code),
      status: errorCatalogue[code].http,
      detail: message,
      code,
      class: error.class,
      who: error.who,
      advice: error.advice,
      ...(error.link === undefined ? {} : { link: error.link }),
      ...(wire === undefined ? {} : { error: wire }),
      ...(error_description === undefined ? {} : { error_description }),
      ...(thrown instanceof AtAccount ? { reconnect_url: thrown.reconnectUrl } : {}),
      ...(field === undefined ? {} : { field }),
      request_id,
    }
    return { problem, retryAfter: error.retryAfter, unexpected: error.class === 'storage' }
  }
  const refusal = error instanceof Refusal ? error : fromFastify(error)
  const { status, title, who, advice } = refusals[refusal.code]
  const problem: Problem = {
    type: `urn:evergrant:problem:${refusal.code.toLowerCase()}`,
    title,
    status,
    detail: refusal.message,
    code: refusal.code,
    class: refusal.code === 'INTERNAL' ? 'storage' : 'request',
    who,
    // What the code says is better where the code is about that field alone.
    advice:
      refusal.field === undefined || refusal.code === 'PASSWORD_WRONG' ? advice : 'Correct the field that is named.',
    ...(refusal.field === undefined ? {} : { field: refusal.field }),
    request_id,
  }
  return { problem, retryAfter: refusal.retryAfter, unexpected: refusal.code === 'INTERNAL' }
}

/** Which field of a form an error is about. */
const FIELDS: Partial<Record<ErrorCode, string>> = {
  MISSING_CLIENT_ID: 'client_id',
  MISSING_CLIENT_SECRET: 'client_secret',
  SECRET_FOR_PUBLIC_CLIENT: 'client_secret',
  UNKNOWN_PROVIDER: 'provider',
  MISSING_PARAMETER: 'parameters',
  INVALID_PARAMETER: 'parameters',
  MISSING_ENDPOINT: 'issuer',
  // Addresses that are fields are told at their field; these are made of parameters.
  INSECURE_URL: 'parameters',
  PRIVATE_ADDRESS: 'parameters',
}

/** The title of an error of the engine: the words of its code. */
export function titleOf(code: ErrorCode): string {
  const words = code.toLowerCase().replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Somebody else has what every user has alone. */
export function alreadyTaken(field: 'name' | 'email'): Refusal {
  return field === 'name'
    ? new Refusal('INVALID_REQUEST', 'Somebody else has this name, or one that looks the same.', { field })
    : new Refusal('INVALID_REQUEST', 'Somebody else has this e-mail address.', { field })
}

interface FastifyFault {
  readonly code?: string
  readonly statusCode?: number
  readonly validation?: readonly Fault[]
  readonly validationContext?: Place
  readonly message?: string
}

function fromFastify(error: unknown): Refusal {
  const { code, statusCode, validation, validationContext = 'body', message = '' } = (error ?? {}) as FastifyFault
  if (validation !== undefined) {
    const { message: words, field } = wrongWith(validation, validationContext)
    return new Refusal('INVALID_REQUEST', words, { field })
  }
  // Its own words repeat the address, and an address may have a code in it.
  if (code === 'FST_ERR_BAD_URL' || code === 'FST_ERR_MAX_PARAM_LENGTH' || statusCode === 414) {
    return new Refusal('INVALID_REQUEST', 'The address cannot be read.')
  }
  if (statusCode === 404) return new Refusal('NOT_FOUND', 'There is nothing at this address.')
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new Refusal('UNSUPPORTED_MEDIA_TYPE', 'A body of this media type is not understood here.')
  }
  // The parser's own words may quote the body, and a body may have a secret in it.
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || error instanceof SyntaxError) {
    return new Refusal('INVALID_JSON', 'The request body is not JSON.')
  }
  if (statusCode === 413) return new Refusal('TOO_LARGE', 'The request body is too large.')
  if (statusCode === 503) return new Refusal('SHUTTING_DOWN', 'The server is stopping.', { retryAfter: 5 })
  if (statusCode !== undefined && statusCode < 500) return new Refusal('INVALID_REQUEST', `${message}.`)
  const taken = takenField(error)
  if (taken !== undefined) return alreadyTaken(taken)
  return new Refusal('INTERNAL', 'The server could not do this. Its log tells why.')
}
