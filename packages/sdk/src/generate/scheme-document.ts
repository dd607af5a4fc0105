import { environmentName } from '@evergrant/core/api'
import type { ApiDescription, FlowName } from '../description/api-description.ts'
import { constantName, key, property, quoted } from './names.ts'
import type { SchemeModel } from './scheme-model.ts'

const TITLES: Readonly<Record<FlowName, string>> = {
  authorizationCode: 'OAuth 2 Authorization Code Grant',
  clientCredentials: 'OAuth 2 Client Credentials Grant',
  password: 'OAuth 2 Password Grant',
  implicit: 'OAuth 2 Implicit Grant',
  deviceAuthorization: 'OAuth 2 Device Authorization Grant',
}

/** What `optionsFromEnvironment` reads. */
const VARIABLES: ReadonlySet<string> = new Set([
  'clientId',
  'clientSecret',
  'redirectUri',
  'username',
  'password',
  'token',
  'scopes',
  'clockSkew',
  'value',
])

type Field = readonly [name: string, type: string, words: string]

/** The credentials of a scheme: name, type and what they are. */
function fieldsOf({ credentials, type, scopes }: SchemeModel): readonly Field[] {
  const registration: readonly Field[] = [
    ['clientId', '`string`', 'OAuth 2 client id'],
    ['clientSecret', '`string`', 'OAuth 2 client secret; leave it out for a public client'],
  ]
  const redirect: Field = ['redirectUri', '`string`', 'Where the server sends the person back to, as registered']
  const person: readonly Field[] = [
    ['username', '`string`', 'Name of the person'],
    ['password', '`string`', 'Password of the person'],
  ]
  const tokens: readonly Field[] = [
    ['token', '`OAuthToken`', 'A token that is there already'],
    ['scopes', `\`${scopes.length > 0 ? `${type}Scope` : 'string'}[]\``, 'Scopes that the token is for'],
    ['tokenProvider', '`(last, manager) => OAuthToken`', 'Gets a token when there is none or it has ended'],
    ['onTokenUpdate', '`(token) => void`', 'Hears of every new token'],
    ['clockSkew', '`number`', 'Seconds before its end from which a token counts as ended'],
    ['autoRefresh', '`boolean`', 'Whether an ended token is renewed by itself; true unless given'],
    ['source', '`TokenSource`', 'Tokens of a grant in any store, shared by many processes'],
  ]
  switch (credentials) {
    case 'AuthorizationCodeCredentials':
    case 'ImplicitCredentials':
      return [...registration, redirect, ...tokens]
    case 'PasswordCredentials':
      return [...registration, ...person, ...tokens]
    case 'OAuthCredentials':
      return [['flow', '`string`', 'Which of the flows'], ...registration, redirect, ...person, ...tokens]
    case 'ClientCredentialsCredentials':
    case 'DeviceCredentials':
      return [...registration, ...tokens]
    case 'KeyCredentials':
      return [['value', '`string`', 'The key']]
    case 'BasicCredentials':
      return person
    case 'BearerCredentials':
      return [['token', '`string`', 'The token']]
    case 'CertificateCredentials':
      return [['fetch', '`typeof fetch`', 'The `fetch` that holds the client certificate']]
    default:
      return [['ready', '`function`', 'A scheme of your own: `customScheme` of `@evergrant/core/api`']]
  }
}

/** What {@link initialization} shows instead of an example. */
export interface Initialization {
  /** Names the variable of a field. */
  readonly variable: (field: string) => string
  /** Wire texts of the scopes that are needed; none: the first that there is. */
  readonly scopes: readonly string[]
}

/** The credentials of a scheme as an entry of `auth`. */
export function initialization(scheme: SchemeModel, indent: string, real?: Initialization): string {
  const { name, type, scopes } = scheme
  const needed = scopes.filter(({ wire }) => real?.scopes.includes(wire))
  const asked = needed.length > 0 ? needed : scopes.slice(0, 1)
  const shown = fieldsOf(scheme).flatMap(([field, kind]): string[] => {
    if (field === 'scopes') {
      const constants = asked.map(({ constant }) => `${type}Scope.${constant}`)
      return constants.length === 0 ? [] : [`scopes: [${constants.join(', ')}],`]
    }
    if (field === 'flow' || kind !== '`string`') return []
    return [`${field}: ${real === undefined ? quoted(field) : `process.env[${quoted(real.variable(field))}]`},`]
  })
  if (shown.length === 0) return `${indent}// ${key(name)}: see docs/${type}.md`
  return [`${indent}${key(name)}: {`, ...shown.map((line) => `${indent}  ${line}`), `${indent}},`].join('\n')
}

/**
 * The document of one scheme: credentials, how to use them, scopes. Its samples stand beside `client.ts`. `names`: of all
 * schemes, for the variables of this one.
 */
export function schemeDocument(scheme: SchemeModel, names: readonly string[], extension: string): string {
  const { name, type, flows, scopes, description } = scheme
  // With several flows the manager is one of several, which its `flow` tells apart.
  const flow = flows.length === 1 ? flows[0] : undefined
  const title = flow === undefined ? name : TITLES[flow]
  const variable = (field: string): string => (VARIABLES.has(field) ? `\`${environmentName(names, name, field)}\`` : '')
  const rows = fieldsOf(scheme).map(
    ([field, kind, words]) => `| ${field} | ${kind.replaceAll('|', '\\|')} | ${words} | ${variable(field)} |`,
  )
  const scoped = scopes.length > 0 ? `, ${type}Scope` : ''
  const imports = (names: string) => `import { createClient${names} } from './client${extension}'`
  const init = initialization(scheme, '    ')
  const start = `${imports(scoped)}\n\nconst client = createClient({\n  auth: {\n${init}\n  },\n})`
  const table = scopes.map(({ constant, wire, description: words }) => {
    const shown = constantName(wire) === undefined ? `${wire} ${words}` : words
    return `| \`${constant}\` | ${cell(shown)} |`
  })
  const parts = [
    `# ${title}`,
    `Documentation for accessing and setting credentials for ${name}.${description.description ? ` ${description.description.trim()}` : ''}`,
    '## Auth Credentials',
    ['| Name | Type | Description | Variable |', '| --- | --- | --- | --- |', ...rows].join('\n'),
    `**Note:** Give them as \`${type}Credentials\`, under \`auth${property(name)}\` in the options of \`createClient\`. \`optionsFromEnvironment\` reads the variables.`,
    '## Usage Example',
    flow === 'authorizationCode' ? '### 1. Client Initialization' : '### Client Initialization',
    code(init.trimStart().startsWith('//') ? customSample(name, imports('')) : start),
    ...(flow === 'authorizationCode' ? authorizationCode(name, init, imports(scoped)) : []),
    ...(flow === 'clientCredentials' ? clientCredentials(name, init, imports(scoped)) : []),
    ...(flow === 'deviceAuthorization' ? device(name, start) : []),
    ...(flow === 'implicit' ? implicit(name, start) : []),
    ...(scopes.length > 0
      ? [
          '### Scopes',
          `Available scopes are defined in \`${type}Scope\`.`,
          ['| Scope Name | Description |', '| --- | --- |', ...table].join('\n'),
        ]
      : []),
    'Generated by `evergrant generate`.',
  ]
  return `${parts.join('\n\n')}\n`
}

function authorizationCode(name: string, init: string, imports: string): string[] {
  const at = property(name)
  const client = `createClient({\n  auth: {\n${init}\n  },\n})`
  return [
    'The person has to consent before a call that needs this scheme: until then such a call is an error, and is not sent. Consent has these steps.',
    '### 2. Obtain user consent',
    'Send the person to the address that `getAuthorizationUrl()` makes, with state and PKCE. It asks for the scopes of the initialization.',
    code(`${imports}

const client = ${client}
const authUrl = await client${at}.getAuthorizationUrl()
console.log(authUrl)`),
    '### 3. Handle the answer of the OAuth server',
    'The server sends the person back to the redirect URI. After consent the address holds a `code`:',
    '```\nhttps://example.com/oauth/callback?code=XXXXXXXXXXXXXXXXXXXXXXXXX&state=…\n```',
    'And otherwise an `error`, which `fetchToken()` throws:',
    '```\nhttps://example.com/oauth/callback?error=access_denied&state=…\n```',
    '### 4. Authorize the client using the code',
    'Give `fetchToken()` the whole address, so that its state is compared; or the code alone, when you have compared it yourself. The client uses the token from then on; a clone with it is a client of its own.',
    code(`import { ApiError, OAuthProviderError } from '@evergrant/core'
${imports}

let client = ${client}

export async function finish(callback: string) {
  try {
    const token = await client${at}.fetchToken(callback)
    const credentials = client.config.auth${at}.cloneWith({ token })
    client = createClient(client.config.cloneWith({ auth: { ${key(name)}: credentials } }))
  } catch (error) {
    if (error instanceof OAuthProviderError) console.log('refused:', error.error)
    else if (error instanceof ApiError) console.log('API:', error.status)
    else throw error
  }
}`),
    '### Refreshing the token',
    'An ended token is renewed by the next call. With `autoRefresh: false`, or without a refresh token, the call is an error before it is sent.',
    code(`${imports}

const client = ${client}
if (client${at}.isTokenExpired()) await client${at}.refreshToken()`),
    '### Storing an access token for reuse',
    'A token is plain JSON. `onTokenUpdate` hears of every new one, also of those that a call renewed.',
    code(`import type { OAuthToken } from '@evergrant/sdk'
${imports}

export function saving(saveTokenToDatabase: (token: OAuthToken) => Promise<void>) {
  const client = ${indented(client)}
  return client.cloneWith({ auth: { ${key(name)}: { onTokenUpdate: saveTokenToDatabase } } })
}`),
    '### Creating a client from a stored token',
    'The token is enough until it ends; with the registration beside it, it is renewed.',
    code(`import type { OAuthToken } from '@evergrant/sdk'
import { createClient } from ${imports.slice(imports.lastIndexOf("'./"))}

export const restored = (token: OAuthToken) => createClient({ auth: { ${key(name)}: { token } } })`),
    '### Complete example',
    code(`import type { OAuthToken } from '@evergrant/sdk'
${imports}

interface Database {
  load(): Promise<OAuthToken | undefined>
  save(token: OAuthToken): Promise<void>
}

/** \`ask\`: sends the person to the address, and resolves with the address that the server sent them back to. */
export async function connected(database: Database, ask: (authUrl: string) => Promise<string>) {
  const client = ${indented(client)}.cloneWith({ auth: { ${key(name)}: { onTokenUpdate: (token) => database.save(token) } } })
  const token = await database.load()
  if (token !== undefined) return client.cloneWith({ auth: { ${key(name)}: { token } } })
  await client${at}.fetchToken(await ask(await client${at}.getAuthorizationUrl()))
  return client
}`),
  ]
}

function clientCredentials(name: string, init: string, imports: string): string[] {
  const client = `createClient({\n  auth: {\n${init}\n  },\n})`
  return [
    'The token is fetched on the first call that needs it, and again when it has ended. A token of your own goes into `token`.',
    '### Adding OAuth Token Update Callback',
    code(`import type { OAuthToken } from '@evergrant/sdk'
${imports}

export function saving(saveTokenToDatabase: (token: OAuthToken) => Promise<void>) {
  const client = ${indented(client)}
  return client.cloneWith({ auth: { ${key(name)}: { onTokenUpdate: saveTokenToDatabase } } })
}`),
    '### Adding Custom OAuth Token Provider',
    code(`import type { OAuthToken, TokenAcquirer } from '@evergrant/sdk'
${imports}

export function providing(loadTokenFromDatabase: () => Promise<OAuthToken | undefined>) {
  const client = ${indented(client)}
  const tokenProvider = async (last: OAuthToken | undefined, authManager: TokenAcquirer) =>
    (await loadTokenFromDatabase()) ?? authManager.fetchToken()
  return client.cloneWith({ auth: { ${key(name)}: { tokenProvider } } })
}`),
  ]
}

function device(name: string, start: string): string[] {
  const at = property(name)
  return [
    '### Obtain user consent',
    code(`${start}
const code = await client${at}.requestCode()
console.log(code.verification_uri, code.user_code)
await client${at}.fetchToken(code)`),
  ]
}

function implicit(name: string, start: string): string[] {
  const at = property(name)
  return [
    '### Obtain user consent',
    code(`${start}
console.log(await client${at}.getAuthorizationUrl())
export const finish = (callback: string) => client${at}.fetchToken(callback)`),
  ]
}

function customSample(name: string, imports: string): string {
  return `${imports.replace('{ createClient', '{ type Auth, createClient')}

export const withOwn = (own: Auth[${quoted(name)}]) => createClient({ auth: { ${key(name)}: own } })`
}

/** `README.md` of the generated folder. */
export function readmeFile(api: ApiDescription, schemes: readonly SchemeModel[], extension: string): string {
  const servers = api.servers.map(({ name, url, description = '' }) => `| ${name} | ${url} | ${cell(description)} |`)
  const first = schemes.find((scheme) => fieldsOf(scheme).some(([, kind]) => kind === '`string`'))
  const auth = first === undefined ? '' : `{\n  auth: {\n${initialization(first, '    ')}\n  },\n}`
  const scoped = first !== undefined && first.scopes.length > 0 ? `, ${first.type}Scope` : ''
  const parts = [
    `# ${api.title}`,
    'Generated by `evergrant generate`. `client.ts` makes the client, `schema.ts` has the types, `example.ts` runs. Needs `npm install @evergrant/sdk @evergrant/core`.',
    '## Use',
    code(`import { createClient${scoped} } from './client${extension}'\n\nconst client = createClient(${auth})`),
    "Calls are those of [openapi-fetch](https://openapi-ts.dev/openapi-fetch/): `await client.GET('/path', { params: { … } })` resolves with `data` or `error`, and `response`. Each carries what its operation asks for, or is an error before it is sent. Credentials of the environment:",
    code(
      `import process from 'node:process'\nimport { createClient, optionsFromEnvironment } from './client${extension}'\n\nconst client = createClient(optionsFromEnvironment({ variables: [process.env] }))`,
    ),
    ...(servers.length > 0
      ? ['## Servers', ['| Name | Address | Description |', '| --- | --- | --- |', ...servers].join('\n')]
      : []),
    ...(schemes.length > 0
      ? ['## Security schemes', schemes.map(({ name, type }) => `- [${name}](docs/${type}.md)`).join('\n')]
      : []),
  ]
  return `${parts.join('\n\n')}\n`
}

/** Inside of a function. */
function indented(text: string): string {
  return text.replaceAll('\n', '\n  ')
}

function code(text: string): string {
  return `\`\`\`ts\n${text}\n\`\`\``
}

function cell(words: string): string {
  return words.replace(/\s+/g, ' ').replaceAll('|', '\\|').trim()
}
