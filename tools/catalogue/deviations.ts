import type { Fields } from './record.ts'

type Json = Readonly<Record<string, unknown>>

/** Rules that a record states, under the names of a definition. Empty ones are left out by the caller. */
export interface Deviations {
  readonly rules: Json
  /** Parameters that the rules need beside the record's variables. */
  readonly parameters: Readonly<
    Record<
      string,
      {
        readonly title: string
        readonly optional: true
        readonly in: 'param'
        readonly pattern: string
        readonly example: string
      }
    >
  >
}

/** What departs from the RFCs: each fact of the record under the field of a definition that serves it. */
export function deviationsOf(fields: Fields, quirks: ReadonlySet<string>): Deviations {
  const own = ownGrant(fields)
  const authorizationParams = fields.map('authorizationParams')
  const tokenParams = fields.map('tokenParams')
  const byType = tokenParams?.['type'] !== undefined
  const note = fields.record('clientAuth')?.['note']
  const secretOnly = quirks.has('client-auth-secret-only')
  const get = fields.text('tokenRequestMethod') === 'GET'
  const json = fields.text('tokenRequestFormat') === 'json'
  const refreshParams = fields.map('refreshParams')
  const code = fields.text('codeParam')
  const lookup = fields.inner('followUp')
  const stateLength = fields.number('stateMinLength') ?? 0
  if (stateLength > 32) throw new Error(`a state of ${stateLength} characters is longer than ours`)
  const rules: Json = {
    refresh_endpoint: fields.text('refreshUrl'),
    authorization_params: authorizationParams,
    optional_authorization_params: fields.map('optionalAuthorizationParams'),
    token_params: tokenParams,
    optional_token_params: fields.map('optionalTokenParams'),
    authorization_request: {
      parameter_names: {
        ...fields.record('authorizationParamNames'),
        ...(quirks.has('omit-response-type') && authorizationParams?.['response_type'] === undefined
          ? { response_type: null }
          : {}),
        ...(quirks.has('no-scope-param') ? { scope: null } : {}),
      },
      fragment: fields.text('authorizationFragment'),
      second_scope_param: fields.text('secondScopeParam'),
      literal_scope_separator: quirks.has('literal-scope-separators') || undefined,
      nonce: quirks.has('nonce-required') ? 'always' : undefined,
    },
    callback: {
      parameter_names: code === undefined ? undefined : { code },
      metadata: fields.texts('callbackMetadata'),
      decode_code: quirks.has('code-needs-decoding') || undefined,
    },
    token_request: {
      format: json ? 'json' : quirks.has('token-request-query') ? 'query' : undefined,
      method: get ? 'GET' : undefined,
      parameter_names: {
        ...fields.record('tokenParamNames'),
        ...(secretOnly ? { client_id: null } : {}),
        ...(byType ? { grant_type: null } : {}),
      },
    },
    refresh_request: {
      params: refreshParams,
      client_auth: note === 'the refresh request wants HTTP Basic' ? 'client_secret_basic' : undefined,
    },
    client_credentials: own.rules,
    token_answer: tokenAnswer(fields.inner('tokenResponse'), quirks.has('camelcase-token-response')),
    long_lived: longLived(fields.inner('tokenExchange')),
    follow_up: lookup === undefined ? undefined : [followUp(lookup)],
    revocation: revocation(fields.inner('revocation')),
    api: {
      scheme: fields.text('apiAuthScheme'),
      header: fields.text('apiAuthHeader'),
      headers: Object.fromEntries(fields.texts('apiHeaders').map((name) => [name, '{client_id}'])),
    },
    deviations: { 'signed-callback': signature(fields.inner('callbackSignature')) },
  }
  return { rules, parameters: own.parameters }
}

/** Grants of an application's own: `clientCredentials` and `serverToServer`. */
function ownGrant(fields: Fields): { rules: Json; parameters: Deviations['parameters'] } {
  const plain = fields.inner('clientCredentials')
  const server = fields.inner('serverToServer')
  const names = [...(plain?.texts('requiredParams') ?? []), ...(server?.texts('params') ?? [])]
  const grant = server?.text('grantType')
  const method = plain?.text('clientAuth')
  const rules = {
    endpoint: plain?.text('tokenUrl'),
    grant_type: grant === 'client_credentials' ? undefined : grant,
    format: plain?.text('format'),
    client_auth: method === undefined ? undefined : `client_secret_${method}`,
    params: {
      ...plain?.map('tokenParams'),
      ...Object.fromEntries(names.map((name) => [name, `{${name}}`])),
    },
  }
  plain?.finish()
  server?.finish()
  const parameters = Object.fromEntries(
    names.map((name) => [
      name,
      {
        title: `${(name[0] ?? '').toUpperCase()}${name.slice(1).replaceAll('_', ' ')}`,
        help: 'Only for tokens of the application itself (client credentials).',
        in: 'param' as const,
        pattern: '\\S+',
        optional: true as const,
        example: name === 'audience' ? 'https://api.example.com' : 'acme',
      },
    ]),
  )
  return { rules, parameters }
}

/** Where errors of answers with HTTP 200 have their words, by the name of their flag. */
const WORDS: Readonly<Record<string, Json>> = {
  ok: { success: [true], name: 'error' },
  errcode: { description: 'errmsg' },
  code: { description: 'message' },
  status: { description: 'error' },
}

/** Tried before the RFC's names where a provider is known to write its own so. */
const CAMEL = {
  access_token: 'accessToken',
  refresh_token: 'refreshToken',
  token_type: 'tokenType',
  expires_in: 'expiresIn',
}

function tokenAnswer(from: Fields | undefined, camel: boolean): Json | undefined {
  if (from === undefined) return undefined
  const flag = from.text('errorFlag')
  const second = from.text('alternateAccessTokenPath')
  const rules = {
    fields: {
      ...(camel ? CAMEL : {}),
      ...given('access_token', from.text('accessTokenPath')),
      ...given('refresh_token', from.text('refreshTokenPath')),
      ...given('expires_in', from.text('expiresInPath')),
      expires_at: from.text('expiresAtPath'),
      refresh_expires_in: from.text('refreshExpiresField'),
      scope: from.text('scopeField'),
    },
    metadata: from.texts('metadata'),
    error: flag === undefined ? undefined : { code: flag, ...WORDS[flag] },
    second: second === undefined ? undefined : secondToken(second),
  }
  from.finish()
  return rules
}

function given(name: string, path: string | undefined): Json {
  return path === undefined ? {} : { [name]: path }
}

/** The second token and what stands beside it. */
function secondToken(path: string): Json {
  const [place = ''] = path.split('.')
  const beside = path === `${place}.access_token`
  const more = ['refresh_token', 'expires_in', 'scope', 'token_type'].map((name) => [name, `${place}.${name}`])
  return {
    name: place.replace(/^authed_/, ''),
    fields: { access_token: path, ...(beside ? Object.fromEntries(more) : {}) },
  }
}

function longLived(from: Fields | undefined): Json | undefined {
  if (from === undefined) return undefined
  const method = from.text('method')
  const rules = {
    endpoint: from.text('url'),
    method: method === 'POST' ? undefined : method,
    grant_type: from.text('grantType'),
    token_parameter: from.text('tokenParam'),
  }
  // The lifetime counts as that of the access token: the other token is gone within the hour.
  from.take('lifetime')
  from.finish()
  return rules
}

function followUp(from: Fields): Json {
  const url = from.text('url') ?? ''
  const gives = (from.text('gives') ?? '').split(', ').map((path) => [path.split(/\[\]\.|\./).at(-1) ?? path, path])
  from.finish()
  return { url, authentication: url.includes('{token}') ? 'none' : undefined, gives: Object.fromEntries(gives) }
}

function revocation(from: Fields | undefined): Json | undefined {
  if (from === undefined) return undefined
  const endpoint = from.text('url') ?? ''
  const auth = from.text('auth') ?? 'client'
  const method = from.text('method')
  const body = from.text('body')
  const header = /^header "(.*)"$/.exec(auth)?.[1]?.replace('{secret}', '{client_secret}')
  const credentials = auth === 'body' ? ['client_id', 'client_secret'] : []
  const params = from.texts('params').flatMap((one): [string, string][] => {
    const [name = '', value] = one.split('=')
    if (credentials.includes(name)) return []
    return [[name, value ?? (name === 'access_token' ? '{token}' : `{${name}}`)]]
  })
  from.finish()
  const usual = body === 'none' || params.length > 0 ? params : [['token', '{token}'] as const]
  return {
    endpoint,
    method: method === 'POST' ? undefined : method,
    token: auth === 'bearer' || params.some(([name]) => name === 'access_token') ? 'access_token' : undefined,
    authentication: header !== undefined ? 'none' : auth === 'body' ? 'post' : auth,
    headers: header === undefined ? undefined : { authorization: header },
    format: body === 'json' ? 'json' : undefined,
    params: Object.fromEntries(usual),
  }
}

function signature(from: Fields | undefined): Json | undefined {
  if (from === undefined) return undefined
  const rules = { parameter: from.text('param') }
  // What is signed, how and with what is the same wherever this deviation is used.
  const known =
    from.text('algorithm') === 'HMAC-SHA256' &&
    from.text('key') === 'client_secret' &&
    from.text('over')?.startsWith('sorted query without') === true
  if (!known) throw new Error('a signature of the callback that the deviation does not know')
  from.finish()
  return rules
}
