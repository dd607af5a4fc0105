/** Who has to act so that the error goes away. */
export type Who = 'person' | 'administrator' | 'developer' | 'operator' | 'provider'

/** What kind of trouble it is; decides whether to try again, to ask for consent, or to mend settings. */
export type ErrorClass = 'request' | 'configuration' | 'consent' | 'transient' | 'protocol' | 'storage'

/** One row of the catalogue. */
export interface CatalogueEntry {
  readonly class: ErrorClass
  readonly who: Who
  /** The HTTP status the connection server answers with. */
  readonly http: number
  /** One sentence for the one who has to act. */
  readonly advice: string
}

const entry = (kind: ErrorClass, who: Who, http: number, advice: string): CatalogueEntry => ({
  class: kind,
  who,
  http,
  advice,
})

/** The name of an error: `switch (error.code)` narrows. Codes are never reused for another meaning. */
export type ErrorCode =
  | 'INVALID_ARGUMENT'
  | 'UNKNOWN_PROVIDER'
  | 'MISSING_PARAMETER'
  | 'INVALID_PARAMETER'
  | 'INVALID_SETTING'
  | 'MISSING_CLIENT_ID'
  | 'MISSING_CLIENT_SECRET'
  | 'SECRET_FOR_PUBLIC_CLIENT'
  | 'INVALID_KEY'
  | 'CREDENTIAL_UNAVAILABLE'
  | 'MISSING_ENDPOINT'
  | 'INSECURE_URL'
  | 'PRIVATE_ADDRESS'
  | 'REDIRECT_URI_MISMATCH'
  | 'DISCOVERY_FAILED'
  | 'INVALID_CLIENT'
  | 'TOKEN_REQUEST_REFUSED'
  | 'STATE_MISMATCH'
  | 'AUTHORIZATION_NOT_FOUND'
  | 'AUTHORIZATION_EXPIRED'
  | 'AUTHORIZATION_REFUSED'
  | 'ACCESS_DENIED'
  | 'CALLBACK_INVALID'
  | 'CODE_REFUSED'
  | 'PASSWORD_REFUSED'
  | 'WRONG_ACCOUNT'
  | 'ISSUER_MISMATCH'
  | 'ID_TOKEN_INVALID'
  | 'INVALID_ANSWER'
  | 'PROVIDER_UNREACHABLE'
  | 'PROVIDER_TIMEOUT'
  | 'PROVIDER_UNAVAILABLE'
  | 'RATE_LIMITED'
  | 'CONSENT_REQUIRED'
  | 'GRANT_NOT_FOUND'
  | 'NOT_SUPPORTED'
  | 'STORE_UNAVAILABLE'
  | 'STORE_CORRUPT'
  | 'STORE_READ_ONLY'
  | 'UNSEAL_FAILED'
  | 'KEY_UNAVAILABLE'
  | 'TOKEN_MISSING'
  | 'TOKEN_EXPIRED'
  | 'NOT_AUTHENTICATED'
  | 'HTTP_ERROR'
  | 'INVALID_DOCUMENT'
  | 'ABORTED'
  | 'PROGRAM_ERROR'
  | 'MAIL_SERVERS_UNKNOWN'
  | 'MAIL_SERVER_UNREACHABLE'
  | 'MAIL_NOT_SECURED'
  | 'MAIL_ANSWER_INVALID'
  | 'MAIL_LOGIN_REFUSED'
  | 'MAIL_COMMAND_REFUSED'
  | 'MAIL_NOT_ACCEPTED'

/**
 * Every error code there is. `docs/reference/errors.md` is generated
 * from this table and a check compares the two in both directions.
 */
export const errorCatalogue: Readonly<Record<ErrorCode, CatalogueEntry>> = {
  INVALID_ARGUMENT: entry('request', 'developer', 400, 'Correct the value that the message names.'),
  UNKNOWN_PROVIDER: entry(
    'request',
    'administrator',
    404,
    'Choose one of the listed providers, or give the issuer or the endpoints.',
  ),
  MISSING_PARAMETER: entry('configuration', 'administrator', 400, 'Give the value that the message names.'),
  INVALID_PARAMETER: entry('configuration', 'administrator', 400, 'Give the value in the form that the message shows.'),
  INVALID_SETTING: entry(
    'configuration',
    'operator',
    500,
    'Correct the setting of the program or server that the message names, then start it again.',
  ),
  MISSING_CLIENT_ID: entry(
    'configuration',
    'administrator',
    400,
    "Copy the client id from the provider's developer console.",
  ),
  MISSING_CLIENT_SECRET: entry(
    'configuration',
    'administrator',
    400,
    "Copy the client secret from the provider's developer console, or choose a public client.",
  ),
  SECRET_FOR_PUBLIC_CLIENT: entry(
    'configuration',
    'administrator',
    400,
    'Leave the client secret out, or choose a confidential client.',
  ),
  INVALID_KEY: entry(
    'configuration',
    'administrator',
    400,
    'Give the private key and its certificate in the form that the message names.',
  ),
  CREDENTIAL_UNAVAILABLE: entry(
    'transient',
    'operator',
    503,
    "Check what yields the client's own credential: the file, the callback or the key store that the message names.",
  ),
  MISSING_ENDPOINT: entry(
    'configuration',
    'administrator',
    400,
    'Give the endpoint that the message names, or an issuer that publishes it.',
  ),
  INSECURE_URL: entry(
    'configuration',
    'administrator',
    400,
    'Use https. Plain http is accepted for loopback addresses only.',
  ),
  PRIVATE_ADDRESS: entry(
    'configuration',
    'operator',
    400,
    'Give an address on the public internet, or let the operator allow this one in EVERGRANT_PRIVATE_ADDRESSES.',
  ),
  REDIRECT_URI_MISMATCH: entry(
    'configuration',
    'administrator',
    400,
    'Register exactly this redirect URI at the provider, and use it here.',
  ),
  DISCOVERY_FAILED: entry(
    'configuration',
    'administrator',
    502,
    'Check the issuer address, or give the endpoints by hand.',
  ),
  INVALID_CLIENT: entry(
    'configuration',
    'administrator',
    502,
    "Compare client id, client secret and its expiry with the provider's developer console.",
  ),
  TOKEN_REQUEST_REFUSED: entry(
    'configuration',
    'administrator',
    502,
    "Read the provider's own words in this error; they name what it did not accept.",
  ),
  STATE_MISMATCH: entry(
    'consent',
    'person',
    400,
    'Start connecting again in this browser and finish it in the same browser.',
  ),
  AUTHORIZATION_NOT_FOUND: entry(
    'consent',
    'person',
    400,
    'This link was used already or is not known. Start connecting again.',
  ),
  AUTHORIZATION_EXPIRED: entry('consent', 'person', 400, 'Too much time has passed. Start connecting again.'),
  AUTHORIZATION_REFUSED: entry(
    'consent',
    'administrator',
    400,
    "Read the provider's own words in this error, then start connecting again.",
  ),
  ACCESS_DENIED: entry(
    'consent',
    'person',
    400,
    'Consent was declined at the provider. Start connecting again and allow the access.',
  ),
  CALLBACK_INVALID: entry('request', 'person', 400, 'Paste the whole address that the browser showed after consent.'),
  CODE_REFUSED: entry(
    'consent',
    'person',
    400,
    'The provider did not accept the authorization code. Start connecting again.',
  ),
  PASSWORD_REFUSED: entry(
    'consent',
    'person',
    400,
    'Check user name and password. An account with a second factor needs another way to connect: browser or device code.',
  ),
  WRONG_ACCOUNT: entry(
    'consent',
    'person',
    409,
    'Sign in at the provider with the account that was connected before, or add a new account.',
  ),
  ISSUER_MISMATCH: entry(
    'protocol',
    'administrator',
    502,
    'The answer came from another authorization server than the one asked. Check the issuer; do not ignore this.',
  ),
  ID_TOKEN_INVALID: entry(
    'protocol',
    'administrator',
    502,
    "The provider's id_token did not verify. Check issuer, client id and this machine's clock.",
  ),
  INVALID_ANSWER: entry(
    'transient',
    'provider',
    502,
    'The provider did not answer as an authorization server does. Check the endpoint; otherwise try again later.',
  ),
  PROVIDER_UNREACHABLE: entry(
    'transient',
    'operator',
    502,
    "Check the endpoint's host name, the network and the proxy.",
  ),
  PROVIDER_TIMEOUT: entry(
    'transient',
    'provider',
    504,
    'The provider did not answer in time. It is tried again later.',
  ),
  PROVIDER_UNAVAILABLE: entry('transient', 'provider', 503, 'The provider has trouble. It is tried again later.'),
  RATE_LIMITED: entry(
    'transient',
    'provider',
    503,
    'The provider asks for fewer requests. It is tried again when it allows.',
  ),
  CONSENT_REQUIRED: entry('consent', 'person', 409, 'Connect the account again; nothing else changes.'),
  GRANT_NOT_FOUND: entry('consent', 'person', 404, 'Connect the account first.'),
  NOT_SUPPORTED: entry('request', 'developer', 400, 'Use what the message names instead.'),
  STORE_UNAVAILABLE: entry('storage', 'operator', 503, 'Check that the store can be reached and written.'),
  STORE_CORRUPT: entry(
    'storage',
    'operator',
    500,
    'Nothing was overwritten. Restore the named file or record from a backup, or move it away.',
  ),
  STORE_READ_ONLY: entry(
    'storage',
    'operator',
    500,
    'Use a store that can be written, or one whose provider does not rotate refresh tokens.',
  ),
  UNSEAL_FAILED: entry(
    'storage',
    'operator',
    500,
    'Give the sealing key that this record was sealed with. Nothing was overwritten.',
  ),
  KEY_UNAVAILABLE: entry(
    'storage',
    'operator',
    503,
    'Check that the sealing key that the message names can be reached, and that this program may use it.',
  ),
  TOKEN_MISSING: entry(
    'request',
    'developer',
    400,
    'Give an access token, a token provider, or a manager that fetches one.',
  ),
  TOKEN_EXPIRED: entry(
    'request',
    'developer',
    401,
    'Give a newer access token, or a provider or manager that fetches one.',
  ),
  NOT_AUTHENTICATED: entry(
    'request',
    'developer',
    401,
    'Give the credentials of one of the security schemes that the message names.',
  ),
  INVALID_DOCUMENT: entry(
    'configuration',
    'developer',
    400,
    'Mend the OpenAPI document at the place that the message points to.',
  ),
  HTTP_ERROR: entry(
    'request',
    'developer',
    502,
    "Read the API's own words and the status in this error; they say what it did not accept.",
  ),
  PROGRAM_ERROR: entry(
    'request',
    'developer',
    500,
    'A function that the program gave, such as a hook or a callback, threw. The cause is its own error; correct it there.',
  ),
  MAIL_SERVERS_UNKNOWN: entry(
    'request',
    'person',
    404,
    'Ask the mail provider for its IMAP, POP and SMTP servers, and give them by hand.',
  ),
  MAIL_SERVER_UNREACHABLE: entry(
    'transient',
    'operator',
    502,
    "Check the mail server's host name and port, and the network.",
  ),
  MAIL_NOT_SECURED: entry(
    'configuration',
    'person',
    502,
    'Check port, security (TLS or STARTTLS) and certificate of the mail server. Nothing is sent without protection.',
  ),
  MAIL_ANSWER_INVALID: entry(
    'transient',
    'provider',
    502,
    'The server did not answer as a mail server of this protocol does. Check host, port and TLS or STARTTLS.',
  ),
  MAIL_LOGIN_REFUSED: entry(
    'consent',
    'person',
    502,
    "Read the mail server's own words: check the mailbox name, the scope of the consent, and that the protocol is allowed for the mailbox.",
  ),
  MAIL_COMMAND_REFUSED: entry(
    'configuration',
    'administrator',
    502,
    "Signing in worked, but not the mailbox. Read the mail server's own words; its administrator decides what the account may use.",
  ),
  MAIL_NOT_ACCEPTED: entry(
    'request',
    'person',
    502,
    "Signing in worked; the mail server does not take this mail. Read the mail server's own words.",
  ),
  ABORTED: entry('request', 'developer', 499, 'The caller gave up; the work that others share goes on.'),
}

/** Whether a text is one of the codes. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code)
}
