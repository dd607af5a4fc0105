// Long because: it is one list of what an account can be asked, run on several stores.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  beginAuthorization,
  type Clock,
  defineClient,
  finishAuthorization,
  type Grant,
  type GrantStore,
  grant,
  memoryStore,
  resolveProvider,
  systemClock,
  tokenSources,
} from '@evergrant/core'
import { manualClock, type RunningSandbox, startSandbox } from '@evergrant/sandbox'
import { fileStore } from '@evergrant/stores/file'
import { modelStore } from '@evergrant/stores/model'
import { type AccountQuery, TokenBackend, type TokenBackendOptions } from '@evergrant/stores/o365'
import { sqliteStore } from '@evergrant/stores/sqlite'
import { sampleGrant } from '../src/contract/sample-grant.ts'
import { folder } from './folder.ts'

const HOME = 'https://login.acme.example/home/v2.0'
const OTHER = 'https://login.acme.example/other/v2.0'
const clock = { ...systemClock, now: () => 1000 }

function account(id: string, username: string, change: Partial<Grant> = {}): Grant {
  return sampleGrant(id, {
    subject: { iss: HOME, sub: `sub-${id}`, username },
    refresh_token: `refresh-${id}`,
    requested_scope: 'openid offline_access Mail.Read',
    access: {
      '': {
        access_token: `access-${id}`,
        token_type: 'Bearer',
        scope: 'openid profile offline_access Mail.Read User.Read',
        expires_at: 2000,
        id_token: `id-${id}`,
        raw: {},
      },
    },
    ...change,
  })
}

/** The store, opened anew each time where something outlives it; and how often it was written. */
interface World extends AsyncDisposable {
  readonly store: GrantStore
  readonly puts: () => number
  another(options?: TokenBackendOptions): TokenBackend
}

const kinds: Readonly<Record<string, () => Promise<World>>> = {
  memory: async () => {
    const store = memoryStore()
    return world(
      () => store,
      async () => undefined,
    )
  },
  file: async () => {
    const temp = await folder()
    return world(
      () => fileStore(temp.at('o365_token.txt')),
      () => temp[Symbol.asyncDispose](),
    )
  },
  SQLite: async () => {
    const temp = await folder()
    const opened: AsyncDisposable[] = []
    const open = (): GrantStore => {
      const store = sqliteStore(temp.at('grants.db'))
      opened.push(store)
      return store
    }
    return world(open, async () => {
      for (const one of opened) await one[Symbol.asyncDispose]()
      await temp[Symbol.asyncDispose]()
    })
  },
}

function world(open: () => GrantStore, end: () => PromiseLike<void>): World {
  let puts = 0
  const counted = (inner: GrantStore): GrantStore => ({
    ...inner,
    put(...given) {
      puts += 1
      return inner.put(...given)
    },
  })
  const store = counted(open())
  return {
    store,
    puts: () => puts,
    another: (options = {}) => new TokenBackend(counted(open()), { clock, ...options }),
    [Symbol.asyncDispose]: async () => await end(),
  }
}

/** A backend that has loaded these accounts. */
async function loaded(world: World, ...accounts: readonly Grant[]): Promise<TokenBackend> {
  for (const one of accounts) assert.ok((await world.store.put(one, 0)).ok)
  const backend = world.another()
  await backend.loadToken()
  return backend
}

for (const [kind, make] of Object.entries(kinds)) {
  describe(`accounts in a ${kind} store`, () => {
    const rule = (title: string, check: (world: World) => Promise<void>): void => {
      test(title, async () => {
        await using world = await make()
        await check(world)
      })
    }

    rule('[#109] an empty store has nothing to load, save, check or delete', async (world) => {
      const backend = world.another()
      assert.deepEqual(
        [await backend.loadToken(), await backend.saveToken(), await backend.saveToken({ force: true })],
        [false, false, false],
      )
      assert.deepEqual(
        [await backend.checkToken(), await backend.deleteToken(), backend.hasData],
        [false, false, false],
      )
      assert.deepEqual(
        [backend.getAccessToken(), backend.tokenIsExpired(), backend.tokenIsLongLived(), backend.getTokenScopes()],
        [undefined, true, false, undefined],
      )
      assert.equal(world.puts(), 0)
    })

    rule('[#109] what is saved is there for another process to load, until it is deleted', async (world) => {
      const backend = world.another()
      backend.add(account('a', 'alice@acme.example'))
      assert.deepEqual([await backend.checkToken(), backend.hasChanged, await backend.saveToken()], [false, true, true])
      const other = world.another()
      assert.deepEqual([await other.checkToken(), other.hasData, await other.loadToken()], [true, false, true])
      assert.deepEqual(other.getAccount('alice@acme.example'), backend.getAccount('alice@acme.example'))
      assert.equal(other.getRefreshToken(), 'refresh-a')
      assert.deepEqual([await other.deleteToken(), other.hasData], [true, false])
      assert.deepEqual([await backend.checkToken(), await backend.loadToken()], [false, false])
    })

    rule('[#99] every user is listed, and each has the tokens that are theirs', async (world) => {
      const ended = { state: 'revoked', since: 1, reason: 'invalid_grant' } as const
      const backend = await loaded(
        world,
        account('a', 'alice@acme.example'),
        account('b', 'bob@acme.example', { access: {} }),
        account('c', 'carol@acme.example', { standing: ended, access: {} }),
      )
      assert.deepEqual(
        backend.getAllAccounts().map(({ subject }) => subject?.username),
        ['alice@acme.example', 'bob@acme.example', 'carol@acme.example'],
      )
      assert.deepEqual(backend.getAuthenticatedUsernames(), ['alice@acme.example', 'bob@acme.example'])
      assert.doesNotMatch(JSON.stringify(backend.getAllAccounts()), /access-|refresh-|id-/)
      const tokens = (who: AccountQuery): unknown[] => [
        backend.getAccessToken(who)?.access_token,
        backend.getRefreshToken(who),
        backend.getIdToken(who),
      ]
      assert.deepEqual(tokens('Alice@ACME.example'), ['access-a', 'refresh-a', 'id-a'])
      assert.deepEqual(tokens({ username: 'bob@acme.example' }), [undefined, 'refresh-b', undefined])
      assert.deepEqual(tokens('nobody'), [undefined, undefined, undefined])
      assert.throws(() => backend.getAccessToken(), { code: 'INVALID_ARGUMENT', message: /^3 accounts/ })
    })

    rule('[#100] a guest, and a personal account, of the same name are accounts of their own', async (world) => {
      const name = 'alice@acme.example'
      const guest = { iss: OTHER, sub: 'sub-a', username: name }
      const backend = await loaded(world, account('a', name), account('guest', name, { subject: guest }))
      assert.throws(() => backend.getAccount(name), { code: 'INVALID_ARGUMENT', message: /iss and sub/ })
      for (const [iss, id] of [
        [HOME, 'a'],
        [OTHER, 'guest'],
      ] as const) {
        const found = backend.getAccount({ iss, sub: 'sub-a' })
        assert.deepEqual([found?.id, found?.subject?.username], [id, name])
        assert.equal(backend.getAccessToken({ iss, sub: 'sub-a' })?.access_token, `access-${id}`)
      }
      assert.equal(await backend.removeData({ iss: OTHER, sub: 'sub-a' }), true)
      assert.equal(backend.getAccount(name)?.id, 'a')
    })

    rule('scopes, end and length of life are told without a margin', async (world) => {
      const backend = await loaded(world, account('a', 'alice'), account('b', 'bob', { access: {} }))
      assert.deepEqual(backend.getTokenScopes('alice', { removeReserved: true }), ['Mail.Read', 'User.Read'])
      assert.deepEqual(backend.getTokenScopes('bob'), ['openid', 'offline_access', 'Mail.Read'])
      assert.deepEqual(
        ['alice', 'bob'].map((who) => [backend.tokenIsExpired(who), backend.tokenExpirationDatetime(who)]),
        [
          [false, 2000],
          [true, undefined],
        ],
      )
      const at = async (now: number): Promise<boolean> => {
        const later = world.another({ clock: { ...clock, now: () => now } })
        await later.loadToken()
        return later.tokenIsExpired('alice')
      }
      assert.deepEqual([await at(1999.9), await at(2000)], [false, true])
      backend.add(account('c', 'carol'))
      const { refresh_token: _, ...short } = account('d', 'dave')
      backend.add(grant(short))
      assert.deepEqual([backend.tokenIsLongLived('carol'), backend.tokenIsLongLived('dave')], [true, false])
    })

    rule('[#118] nothing is written when nothing was changed, unless that is forced', async (world) => {
      const marked = account('b', 'bob', { spending: { since: 1, by: 'a refresh' } })
      const backend = await loaded(world, account('a', 'alice'), marked)
      const before = world.puts()
      assert.deepEqual([await backend.saveToken(), world.puts()], [true, before])
      const first = backend.getAccount('alice')
      assert.ok(first)
      backend.add(account('a', 'alice'))
      assert.deepEqual([backend.hasChanged, await backend.saveToken(), world.puts()], [false, true, before])
      assert.deepEqual([await backend.saveToken({ force: true }), world.puts()], [true, before + 1])
      assert.equal((await world.store.get('a'))?.version, first.version + 1, 'what a refresh works on is left to it')
      backend.add(account('a', 'alice', { refresh_token: 'new' }))
      assert.equal(backend.hasChanged, true)
      assert.deepEqual([await backend.saveToken(), await backend.saveToken(), world.puts()], [true, true, before + 2])
      assert.equal((await world.store.get('a'))?.refresh_token, 'new')
    })

    rule('[#118] a save never replaces what another process wrote meanwhile, forced or not', async (world) => {
      for (const force of [false, true]) {
        await world.store.delete('a')
        const backend = await loaded(world, account('a', 'alice'))
        const other = world.another()
        await other.loadToken()
        other.add(account('a', 'alice', { refresh_token: 'newer' }))
        assert.equal(await other.saveToken(), true)
        backend.add(account('a', 'alice', { refresh_token: 'late' }))
        assert.equal(await backend.saveToken({ force }), false)
        assert.deepEqual([backend.getRefreshToken(), backend.hasChanged], ['newer', false])
        assert.equal((await world.store.get('a'))?.refresh_token, 'newer')
      }
    })

    rule('a save that fails keeps what was added, and the next one writes it', async (world) => {
      let full = true
      const store: GrantStore = {
        ...world.store,
        put: (...given) => (full ? Promise.reject(new Error('disk full')) : world.store.put(...given)),
      }
      const backend = new TokenBackend(store, { clock })
      backend.add(account('a', 'alice'))
      await assert.rejects(backend.saveToken(), /disk full/)
      assert.deepEqual([await backend.loadToken(), backend.hasChanged], [true, true])
      full = false
      assert.equal(await backend.saveToken(), true)
      assert.equal((await world.store.get('a'))?.refresh_token, 'refresh-a')
    })

    rule('[#120] removing one user is written at once, and leaves the others', async (world) => {
      const backend = await loaded(world, account('a', 'alice'), account('b', 'bob'))
      assert.equal(await backend.removeData('alice'), true)
      assert.equal(await backend.removeData('alice'), false)
      assert.deepEqual([backend.getRefreshToken(), backend.hasData], ['refresh-b', true])
      const other = world.another()
      await other.loadToken()
      assert.deepEqual(
        other.getAllAccounts().map(({ id }) => id),
        ['b'],
      )
      await other.removeData('bob')
      assert.deepEqual([other.hasData, await other.checkToken()], [false, false])
    })

    rule('accounts of another application are not seen and not deleted', async (world) => {
      for (const [id, client] of [
        ['a', 'mine'],
        ['b', 'theirs'],
      ] as const)
        assert.ok((await world.store.put(account(id, id, { client }), 0)).ok)
      const backend = world.another({ client: 'mine' })
      assert.deepEqual([await backend.loadToken(), backend.getAccount('b')], [true, undefined])
      assert.deepEqual([await backend.deleteToken(), await backend.checkToken()], [true, false])
      assert.ok(await world.store.get('b'))
    })

    rule(
      '[#110] true refreshes, false takes what another instance brings, null what was done inside',
      async (world) => {
        const clock = manualClock()
        await using sandbox = await startSandbox({ clock })
        const { sources, refreshes } = await consented(sandbox, clock, world, ['alice', 'bob'])
        const asked: string[] = []
        let answer: () => Promise<boolean | null> = async () => true
        const backend = world.another({
          clock: {
            now: () => clock.now(),
            monotonic: () => clock.monotonic(),
            sleep: async (seconds) => void asked.push(`slept ${seconds > 0}`),
          },
          shouldRefreshToken: ({ subject }) => {
            asked.push(subject?.username ?? '')
            return answer()
          },
        })
        await backend.loadToken()
        const source = backend.source(sources, 'alice')
        const first = (await source.token()).access_token
        assert.equal(first, backend.getAccessToken('alice')?.access_token)
        assert.deepEqual([asked.splice(0), refreshes()], [[], 0])

        sandbox.advance(4000)
        const [second, same] = await Promise.all([source.token(), source.token()])
        assert.equal(second, same)
        assert.notEqual(second.access_token, first)
        assert.deepEqual([asked.splice(0), refreshes()], [['alice'], 1])
        assert.equal(backend.getAccessToken('alice')?.access_token, second.access_token, 'and it is in memory')

        // Another instance is at it: not done the first time, done the second.
        sandbox.advance(4000)
        const other = sources.get('grant-alice')
        let times = 0
        answer = async () => {
          if (++times === 2) await other.token()
          return false
        }
        const third = await source.token()
        assert.equal(third.access_token, other.peek()?.access_token)
        assert.deepEqual([asked.splice(0), refreshes()], [['alice', 'slept true', 'alice'], 2])

        // Done inside: the caller spends nothing.
        sandbox.advance(4000)
        let inside = ''
        answer = async () => {
          inside = (await other.token({ force: true })).access_token
          return null
        }
        assert.deepEqual([(await source.token()).access_token, refreshes()], [inside, 3])
        sandbox.advance(4000)
        answer = async () => null
        await assert.rejects(source.token(), { code: 'TOKEN_EXPIRED', message: /no new token/, grant: 'grant-alice' })
        assert.equal(refreshes(), 3)

        // Who said that it would refresh is dead: after a while the engine sees to it.
        asked.length = 0
        answer = async () => false
        assert.ok((await source.token()).access_token)
        assert.deepEqual([refreshes(), asked.filter((one) => one === 'alice').length], [4, 10])
        assert.ok((await backend.source(sources, 'bob').token()).access_token)
      },
    )
  })
}

test('[#110] each resource of an account has a token of its own, asked about and refreshed by itself', async () => {
  await using world = await (kinds['memory'] as () => Promise<World>)()
  const clock = manualClock()
  await using sandbox = await startSandbox({ clock })
  const { sources, refreshes } = await consented(sandbox, clock, world, ['alice'])
  const asked: string[] = []
  let inside = false
  const backend = world.another({
    clock,
    shouldRefreshToken: async ({ id }, manager) => {
      asked.push(id)
      if (!inside) return true
      await manager.token({ force: true })
      return null
    },
  })
  await backend.loadToken()
  const calendar = { resource: 'https://calendar.example' }
  const source = backend.source(sources, 'alice', calendar)
  assert.deepEqual(
    [backend.getAccessToken('alice', calendar), backend.tokenIsExpired('alice', calendar)],
    [undefined, true],
  )
  const first = await source.token()
  assert.notEqual(first.access_token, backend.getAccessToken('alice')?.access_token, 'not the default one')
  assert.equal(backend.getAccessToken('alice', calendar)?.access_token, first.access_token)
  assert.equal(backend.tokenExpirationDatetime('alice', calendar), first.expires_at)
  assert.equal(backend.tokenIsExpired('alice', calendar), false)
  assert.deepEqual(backend.getTokenScopes('alice', { ...calendar, removeReserved: true }), ['mail'])
  assert.deepEqual([asked.length, refreshes()], [1, 1])

  // Done inside: the manager that was handed over asks for the same resource.
  inside = true
  sandbox.advance(4000)
  const second = await source.token()
  assert.notEqual(second.access_token, first.access_token)
  assert.equal((await world.store.get('grant-alice'))?.access[calendar.resource]?.access_token, second.access_token)
  assert.deepEqual([asked.length, refreshes()], [2, 2])
  assert.equal(await source.token(), second)
  assert.equal(backend.tokenIsExpired('alice'), true, 'the default one was not asked for')
})

test('[#110] a token that a server refused is refreshed once, by whoever should', async () => {
  await using world = await (kinds['memory'] as () => Promise<World>)()
  const clock = manualClock()
  await using sandbox = await startSandbox({ clock })
  const { sources, refreshes } = await consented(sandbox, clock, world, ['alice'])
  const backend = world.another({ clock })
  await backend.loadToken()
  const source = backend.source(sources)
  const { access_token } = await source.token()
  const next = await source.token({ rejected: access_token })
  assert.notEqual(next.access_token, access_token)
  assert.equal(refreshes(), 1)
})

test('accounts need a store that can list, and a source an account that is there', () => {
  const store = modelStore({ read: async () => undefined, update: async () => 0 })
  assert.throws(() => new TokenBackend(store), { code: 'NOT_SUPPORTED' })
  const backend = new TokenBackend(memoryStore())
  assert.throws(() => backend.source({ get: () => assert.fail() }, 'alice'), { code: 'GRANT_NOT_FOUND' })
})

/** People who consented, each with a grant of their own. */
async function consented(sandbox: RunningSandbox, clock: Clock, { store }: World, usernames: readonly string[]) {
  const redirect_uri = 'http://127.0.0.1/callback'
  sandbox.registerClient({ client_id: 'web', redirect_uris: [redirect_uri] })
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: sandbox.issuer })
  const client = defineClient({ provider, client_id: 'web', http: { clock } })
  for (const username of usernames) {
    const asked = { grant: `grant-${username}`, redirect_uri, scope: 'openid mail' }
    const { url, pending } = await beginAuthorization(client, asked)
    await finishAuthorization(client, { callback: await sandbox.approve(url, { username }), pending, store })
  }
  const refreshes = (): number => sandbox.journal.count({ endpoint: 'token', grant_type: 'refresh_token' })
  return { sources: tokenSources({ store, client, clock }), refreshes }
}
