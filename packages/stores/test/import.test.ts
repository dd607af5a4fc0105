// Long because: every format is here with a file as its program writes it.
import assert from 'node:assert/strict'
import { createCipheriv, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { PublicClientApplication } from '@azure/msal-node'
import { memoryStore } from '@evergrant/core'
import { startSandbox } from '@evergrant/sandbox'
import { type ForeignGrant, importedGrant, readForeignGrants } from '@evergrant/stores/import'
import { UserRefreshClient } from 'google-auth-library'
import { AuthorizationCode } from 'simple-oauth2'

const HOUR = 3600
const now = Math.floor(Date.UTC(2026, 0, 1) / 1000)
const later = now + HOUR

const idToken = (claims: object): string =>
  `h.${Buffer.from(JSON.stringify({ iss: 'https://login.example', sub: 's1', ...claims })).toString('base64url')}.s`

const read = async (value: unknown, passwords?: readonly string[]) =>
  readForeignGrants(
    value instanceof Uint8Array ? value : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
    { passwords },
  )

/** The one grant of a file, without its wrapping. */
async function only(value: unknown, passwords?: readonly string[]) {
  const { format, grants } = await read(value, passwords)
  assert.equal(grants.length, 1)
  const [one] = grants as [ForeignGrant]
  return { format, one, tokens: [one.refresh_token?.reveal(), one.access?.access_token, one.access?.expires_at] }
}

test('the cache that MSAL Node writes becomes a grant for each account', async () => {
  await using sandbox = await startSandbox({ clients: [{ client_id: 'app', redirect_uris: ['http://127.0.0.1/cb'] }] })
  const metadata = await (await fetch(`${sandbox.issuer}/.well-known/openid-configuration`)).json()
  // MSAL asks for https only; what it would have been told by the network is handed to it.
  const authority = 'https://login.microsoftonline.com/contoso'
  const tokens = {
    token_type: 'Bearer',
    scope: 'User.Read Mail.Read openid profile',
    expires_in: HOUR,
    access_token: 'at-1',
    refresh_token: 'rt-1',
    id_token: idToken({ aud: 'app', oid: 'o1', tid: 't1', preferred_username: 'alice@contoso.example' }),
    client_info: Buffer.from(JSON.stringify({ uid: 'o1', utid: 't1' })).toString('base64url'),
  }
  const answer = (body: object) => ({ headers: {}, status: 200, body })
  const application = new PublicClientApplication({
    auth: {
      clientId: 'app',
      authority,
      authorityMetadata: JSON.stringify({ ...(metadata as object), issuer: `${authority}/v2.0` }),
      cloudDiscoveryMetadata: JSON.stringify({
        tenant_discovery_endpoint: `${authority}/v2.0/.well-known/openid-configuration`,
        metadata: [
          {
            preferred_network: 'login.microsoftonline.com',
            preferred_cache: 'login.windows.net',
            aliases: ['login.microsoftonline.com', 'login.windows.net'],
          },
        ],
      }),
    },
    system: {
      networkClient: {
        sendGetRequestAsync: async <T>() => answer({}) as never as T as never,
        sendPostRequestAsync: async <T>() => answer(tokens) as never as T as never,
      },
    },
  })
  await application.acquireTokenByRefreshToken({
    refreshToken: 'rt-0',
    scopes: ['User.Read', 'Mail.Read'],
    forceCache: true,
  })
  const { format, one } = await only(application.getTokenCache().serialize())
  assert.equal(format, 'msal')
  assert.equal(one.refresh_token?.reveal(), 'rt-1')
  assert.equal(one.access?.access_token, 'at-1')
  assert.equal(one.client.client_id, 'app')
  assert.equal(one.subject?.sub, 's1')
  assert.deepEqual([one.name, one.username], ['alice@contoso.example', 'alice@contoso.example'])
  // MSAL names the host by another of its names; the id_token has the issuer itself.
  assert.equal(one.client.issuer, 'https://login.example')
  assert.deepEqual(one.scope?.split(' ').slice(0, 2).sort(), ['Mail.Read', 'User.Read'].sort())
})

/** A cache as MSAL Python and python-o365 write it, with two people. */
const cache = {
  AccessToken: {
    narrow: token('AccessToken', 'u1.t1', {
      secret: 'at-narrow',
      target: 'Mail.Read',
      realm: 't1',
      expires_on: `${later}`,
    }),
    wide: token('AccessToken', 'u1.t1', {
      secret: 'at-wide',
      target: 'Mail.Read Mail.Send User.Read',
      realm: 't1',
      expires_on: `${later}`,
    }),
    other: token('AccessToken', 'u2.t1', {
      secret: 'at-bob',
      target: 'User.Read',
      realm: 't1',
      expires_on: `${now - 5}`,
    }),
  },
  RefreshToken: {
    alice: token('RefreshToken', 'u1.t1', { secret: 'rt-alice', target: 'Mail.Read Mail.Send User.Read' }),
    bob: token('RefreshToken', 'u2.t1', { secret: 'rt-bob', target: 'User.Read' }),
  },
  Account: {
    a: {
      home_account_id: 'u1.t1',
      environment: 'login.microsoftonline.com',
      realm: 't1',
      username: 'alice@contoso.example',
    },
    b: {
      home_account_id: 'u2.t1',
      environment: 'login.microsoftonline.com',
      realm: 't1',
      username: 'bob@contoso.example',
    },
  },
  IdToken: {},
  AppMetadata: {},
}

function token(credential_type: string, home_account_id: string, more: object) {
  return { credential_type, home_account_id, environment: 'login.microsoftonline.com', client_id: 'app', ...more }
}

test('[#121] a cache of several people becomes several grants, each with its widest access token', async () => {
  const { grants } = await read(JSON.stringify(cache, null, 4))
  assert.deepEqual(
    grants.map(({ name, refresh_token, access }) => [name, refresh_token?.reveal(), access?.access_token]),
    [
      ['alice@contoso.example', 'rt-alice', 'at-wide'],
      ['bob@contoso.example', 'rt-bob', 'at-bob'],
    ],
  )
  assert.deepEqual((await read({ ...cache, RefreshToken: {}, AccessToken: {} })).grants, [])
})

test('a token file of python-o365 before 2.1 is read, scopes as a list and the end as a fraction', async () => {
  const file = {
    token_type: 'Bearer',
    scope: ['https://graph.microsoft.com/Mail.Read', 'https://graph.microsoft.com/User.Read'],
    expires_in: HOUR,
    ext_expires_in: HOUR,
    access_token: 'at-1',
    refresh_token: 'rt-1',
    expires_at: later + 0.25,
  }
  const { format, one, tokens } = await only(file)
  assert.equal(format, 'python-o365')
  assert.deepEqual(tokens, ['rt-1', 'at-1', later])
  assert.equal(one.scope, file.scope.join(' '))
})

test('credentials of google-auth, gcloud and google-auth-library are read, each with its way to tell the time', async () => {
  const python = {
    token: 'at-1',
    refresh_token: 'rt-1',
    token_uri: 'https://oauth2.googleapis.com/token',
    client_id: 'app',
    client_secret: 'shh-secret',
    scopes: ['https://mail.google.com/'],
    universe_domain: 'googleapis.com',
    account: 'alice@example.com',
    expiry: '2026-01-01T01:00:00.123456Z',
  }
  const { format, one, tokens } = await only(python)
  assert.equal(format, 'google-auth')
  assert.deepEqual(tokens, ['rt-1', 'at-1', later])
  assert.deepEqual(
    [one.name, one.client.client_id, one.client.client_secret?.reveal(), one.client.token_endpoint],
    ['alice@example.com', 'app', 'shh-secret', python.token_uri],
  )
  const zoneless = await only({ ...python, expiry: '2026-01-01T01:00:00' })
  assert.equal(zoneless.one.access?.expires_at, later)
  const gcloud = await only({ type: 'authorized_user', client_id: 'app', client_secret: 's', refresh_token: 'rt-1' })
  assert.deepEqual([gcloud.format, gcloud.one.refresh_token?.reveal()], ['google-auth', 'rt-1'])
  // The library itself takes the same file.
  new UserRefreshClient().fromJSON({
    type: 'authorized_user',
    client_id: 'app',
    client_secret: 's',
    refresh_token: 'rt-1',
  })
  const node = new UserRefreshClient({ clientId: 'app' })
  node.setCredentials({ access_token: 'at-1', refresh_token: 'rt-1', scope: 'a b', expiry_date: later * 1000 + 7 })
  const tokensOfNode = await only(node.credentials)
  assert.deepEqual([tokensOfNode.format, ...tokensOfNode.tokens], ['google-auth', 'rt-1', 'at-1', later])
})

test('a token that simple-oauth2 serialised is read', async () => {
  const client = new AuthorizationCode({
    client: { id: 'app', secret: 's' },
    auth: { tokenHost: 'https://login.example' },
  })
  const { format, tokens } = await only(
    client.createToken({ access_token: 'at-1', refresh_token: 'rt-1', scope: 'a', expires_at: new Date(later * 1000) }),
  )
  assert.deepEqual([format, ...tokens], ['simple-oauth2', 'rt-1', 'at-1', later])
})

test('the files of mutt_oauth2 and oama are read, decrypted', async () => {
  const local = new Date(later * 1000)
  const two = (part: number): string => String(part).padStart(2, '0')
  const clock = [local.getHours(), local.getMinutes(), local.getSeconds()].map(two).join(':')
  const mutt = await only({
    registration: 'google',
    authflow: 'authcode',
    email: 'alice@example.com',
    access_token: 'at-1',
    access_token_expiration: `${local.getFullYear()}-${two(local.getMonth() + 1)}-${two(local.getDate())}T${clock}.000123`,
    refresh_token: 'rt-1',
    client_id: 'app',
    client_secret: 'shh-secret',
  })
  assert.deepEqual([mutt.format, ...mutt.tokens], ['mutt_oauth2', 'rt-1', 'at-1', later])
  assert.deepEqual([mutt.one.name, mutt.one.client.provider], ['alice@example.com', 'google'])
  const oama = await only({
    email: 'alice@example.com',
    service: 'microsoft',
    scope: 'a b',
    refresh_token: 'rt-1',
    access_token: 'at-1',
    token_type: 'Bearer',
    exp_date: '2026-01-01 01:00 UTC',
    expires_in: 3599,
  })
  assert.deepEqual([oama.format, ...oama.tokens], ['oama', 'rt-1', 'at-1', later])
  assert.deepEqual([oama.one.client.provider, oama.one.scope], ['microsoft', 'a b'])
})

/** A Fernet token, as its specification has it. */
function fernet(words: string, password: string, salt: Buffer, iterations: number): string {
  const key = pbkdf2Sync(password, salt, iterations, 32, 'sha256')
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-128-cbc', key.subarray(16), iv)
  const time = Buffer.alloc(8)
  const signed = Buffer.concat([Buffer.of(0x80), time, iv, cipher.update(words, 'utf8'), cipher.final()])
  const mac = createHmac('sha256', key.subarray(0, 16)).update(signed).digest()
  return Buffer.concat([signed, mac]).toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}

test('a configuration of Email OAuth 2.0 Proxy is opened by the mail program’s password', async () => {
  const salt = randomBytes(16)
  const seal = (words: string): string => fernet(words, 'letmein', salt, 1000)
  const file = `# Accounts
[Server setup]
[IMAP-1993]
server_address = outlook.office365.com

[alice@example.com]
permission_url = https://login.microsoftonline.com/common/oauth2/v2.0/authorize
token_url = https://login.microsoftonline.com/common/oauth2/v2.0/token
oauth2_scope = https://outlook.office365.com/IMAP.AccessAsUser.All
    https://outlook.office365.com/SMTP.Send offline_access
client_id: app
token_salt = ${salt.toString('base64')}
token_iterations = 1000
access_token = ${seal('at-1')}
access_token_expiry = ${later}
refresh_token = ${seal('rt-1')}

[nobody@example.com]
token_url = https://login.microsoftonline.com/common/oauth2/v2.0/token
`
  const { format, one, tokens } = await only(file, ['wrong', 'letmein'])
  assert.deepEqual([format, ...tokens], ['email-oauth2-proxy', 'rt-1', 'at-1', later])
  assert.equal(one.scope?.split(' ').length, 3)
  assert.deepEqual(
    [one.client.client_id, one.client.token_endpoint],
    ['app', 'https://login.microsoftonline.com/common/oauth2/v2.0/token'],
  )
  await assert.rejects(read(file), {
    code: 'INVALID_ARGUMENT',
    message: /alice@example\.com are sealed with the password/,
  })
  await assert.rejects(read(file, ['wrong']), { message: /does not open the tokens of alice@example\.com/ })
})

/** What `pizauth dump` writes: bincode, sealed with the key that is part of pizauth. */
function pizauthDump({ version = 1, cut = 0 } = {}): Buffer {
  const u64 = (value: number): Buffer => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64LE(BigInt(value))
    return bytes
  }
  const words = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)])
  const time = (seconds: number): Buffer => Buffer.concat([u64(seconds), Buffer.alloc(4)])
  const registration = (name: string): Buffer[] => [
    words(name),
    words('https://login.example/authorize'),
    Buffer.concat([u64(1), words('login_hint'), words(name)]),
    words('app'),
    Buffer.concat([Buffer.of(1), words('shh-secret')]),
    words('http://localhost/'),
    Buffer.concat([u64(2), words('mail'), words('offline_access')]),
    words('https://login.example/token'),
  ]
  const plain = Buffer.concat([
    u64(version),
    u64(2),
    ...registration('waiting'),
    Buffer.from([0, 0, 0, 0]),
    ...registration('work'),
    Buffer.from([1, 0, 0, 0]),
    words('at-1'),
    time(now),
    time(later),
    Buffer.concat([Buffer.of(1), words('rt-1')]),
  ])
  const key = Buffer.from('66a247a85e48cfecaaed9b36eba97d5350d4286375097a44eeffb9c4546b65a3', 'hex')
  const nonce = randomBytes(12)
  const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 })
  const sealed = [cipher.update(plain.subarray(0, plain.length - cut)), cipher.final()]
  return Buffer.concat([nonce, ...sealed, cipher.getAuthTag()])
}

test('a dump of pizauth is read; an account that waits for consent is no grant', async () => {
  const { format, one, tokens } = await only(pizauthDump())
  assert.deepEqual([format, ...tokens], ['pizauth', 'rt-1', 'at-1', later])
  assert.deepEqual(
    [one.name, one.scope, one.client.client_secret?.reveal(), one.client.token_endpoint],
    ['work', 'mail offline_access', 'shh-secret', 'https://login.example/token'],
  )
  await assert.rejects(read(pizauthDump({ version: 2 })), { code: 'INVALID_ARGUMENT', message: /version 2/ })
  await assert.rejects(read(pizauthDump({ cut: 9 })), { code: 'INVALID_ARGUMENT', message: /cut off/ })
})

test('a bare token answer is taken without its access token, whose end nobody knows', async () => {
  const { format, one } = await only({
    access_token: 'at-1',
    refresh_token: 'rt-1',
    token_type: 'bearer',
    expires_in: 9,
  })
  assert.equal(format, 'token-answer')
  const made = importedGrant(one, { id: 'a', provider: 'acme', client: 'app', now })
  assert.deepEqual([made.refresh_token, made.access], ['rt-1', {}])
  const again = importedGrant(one, { id: 'a', provider: 'acme', client: 'app', now })
  assert.notEqual(made.version, again.version, 'what is imported once more is another grant')
})

test('the record is one that a store takes: the access token as long as it lives, who it is, and what was asked', async () => {
  const id_token = idToken({ email: 'alice@example.com' })
  const file = { access_token: 'at-1', refresh_token: 'rt-1', scope: 'mail', expires_at: later, id_token }
  const { one } = await only(file)
  const to = { id: 'alice', provider: 'acme', client: 'app' }
  const store = memoryStore()
  const stored = await store.put(importedGrant(one, { ...to, now }), 0)
  assert.ok(stored.ok)
  assert.equal(stored.grant.access['']?.access_token, 'at-1')
  assert.deepEqual(stored.grant.subject, { iss: 'https://login.example', sub: 's1', username: 'alice@example.com' })
  assert.deepEqual([stored.grant.requested_scope, stored.grant.standing.state], ['mail', 'active'])
  assert.deepEqual(importedGrant(one, { ...to, now: later }).access, {})
})

test('what is no file of a known kind is refused in words that repeat nothing of it', async () => {
  for (const [file, words] of [
    ['', /is empty/],
    ['-----BEGIN PGP MESSAGE-----\n\nhQEMA', /gpg --decrypt/],
    [Buffer.from([0x85, 0x01, 0x0c, 0x03, 0xff, 0xfe]), /gpg --decrypt/],
    [randomBytes(200), /no known kind|gpg --decrypt/],
    [{ installed: { client_id: 'app', client_secret: 'very-secret' } }, /registration of a client/],
    [{ type: 'service_account', private_key: 'very-secret' }, /service account/],
    [{ password: 'very-secret' }, /no token was found/],
    ['["very-secret"]', /no known kind/],
    ['{"refresh_token": "very-secret"', /cut off or damaged/],
    [Buffer.from('\ufeff{"refresh_token": "very-secret"', 'utf16le'), /cut off or damaged/],
    [Buffer.from([0xff, 0xfe, 0x00]), /no known kind/],
    [Buffer.from('{"refresh_token": "very-\xe4secret"}', 'latin1'), /no known kind/],
  ] as const) {
    await assert.rejects(read(file), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'INVALID_ARGUMENT')
      assert.match(error.message, words)
      assert.doesNotMatch(inspect(error), /very-secret/)
      return true
    })
  }
})

test('a file that Windows wrote is read: UTF-16 of either order, and UTF-8 with a mark', async () => {
  const text = `\ufeff${JSON.stringify({ refresh_token: 'rt-ä', token_type: 'Bearer' })}`
  for (const bytes of [
    Buffer.from(text, 'utf16le'),
    Buffer.from(text, 'utf16le').swap16(),
    Buffer.from(text, 'utf8'),
  ]) {
    const { grants } = await readForeignGrants(bytes)
    assert.equal(grants[0]?.refresh_token?.reveal(), 'rt-ä')
  }
})

test('nothing that was read prints its secrets', async () => {
  const { grants } = await read(cache)
  const { one } = await only(pizauthDump())
  assert.doesNotMatch(inspect([grants, one], { depth: 9 }) + JSON.stringify(one.refresh_token), /rt-|at-|shh-secret/)
})
