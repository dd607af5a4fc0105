import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { type Clock, keyring, type OAuthError, type SealingKey, sealedBy, sealingKey } from '@evergrant/core'

const unseal = { code: 'UNSEAL_FAILED', who: 'operator' }
const random = (): Promise<SealingKey> => sealingKey(crypto.getRandomValues(new Uint8Array(32)))
const zeros = (): Promise<SealingKey> => sealingKey(new Uint8Array(32))

/** A key in a service that counts what it is asked, and answers when told. */
function service(id: string, of: SealingKey) {
  const calls = { wrap: 0, unwrap: 0 }
  let away = false
  const turn = (kind: 'wrap' | 'unwrap'): void => {
    calls[kind] += 1
    if (away) throw new Error('connect ECONNREFUSED access_token=very-secret')
  }
  const key: SealingKey = {
    id,
    wrap: async (bytes) => {
      turn('wrap')
      return of.wrap(bytes)
    },
    unwrap: async (bytes) => {
      turn('unwrap')
      return of.unwrap(bytes)
    },
  }
  return {
    key,
    calls,
    goAway(gone: boolean) {
      away = gone
    },
  }
}

function handClock(): Clock & { at: number } {
  const clock = { at: 0, now: () => clock.at, monotonic: () => clock.at, sleep: async () => undefined }
  return clock
}

test('[#115] what is sealed opens in its place, whatever the text', async () => {
  const ring = keyring({ current: await random() })
  for (const text of ['', 'a', 'naïve 😀 \u0000 \ufeff', 'x'.repeat(200_000)]) {
    const closed = await ring.seal(text, 'grant\na\n1')
    assert.match(closed, /^eg2\.[0-9a-f]{16}\.[A-Za-z0-9_-]{80}\.[A-Za-z0-9_-]+$/)
    assert.equal(await ring.open(closed, 'grant\na\n1'), text)
  }
})

test('the same text is never sealed the same way twice', async () => {
  const ring = keyring({ current: await zeros() })
  const texts = await Promise.all(Array.from({ length: 100 }, () => ring.seal('text', '')))
  assert.equal(new Set(texts).size, 100)
})

test('the formats stay: a text that was sealed once opens with every later version', async () => {
  const ring = keyring({ current: await zeros() })
  assert.equal(ring.kid, '66687aadf862bd77')
  for (const fixed of [EG1, EG2]) {
    assert.equal(await ring.open(fixed, 'grant\nalice\n1'), 'fixed')
    assert.equal(sealedBy(fixed), ring.kid)
  }
  assert.deepEqual([ring.isCurrent(EG1), ring.isCurrent(EG2)], [false, true])
})

test('a text in another place does not open', async () => {
  const ring = keyring({ current: await random() })
  const closed = await ring.seal('very-secret', 'grant\na\n1')
  for (const context of ['grant\na\n2', 'grant\nb\n1', '']) await assert.rejects(ring.open(closed, context), unseal)
})

for (const [format, make] of [
  ['eg1', async () => EG1],
  ['eg2', async () => keyring({ current: await zeros() }).seal('fixed', 'grant\nalice\n1')],
] as const) {
  test(`a text in ${format} that was changed in any character, or cut off anywhere, does not open`, async () => {
    const ring = keyring({ current: await zeros() })
    const closed = await make()
    for (let at = 0; at < closed.length; at++) {
      for (const other of ['A', 'B', '.', '']) {
        const changed = closed.slice(0, at) + other + closed.slice(at + 1)
        if (changed === closed) continue
        // The last character of base64url may carry bits that mean nothing; they must not be open to change either.
        await assert.rejects(ring.open(changed, 'grant\nalice\n1'), unseal, `position ${at}`)
      }
      await assert.rejects(ring.open(closed.slice(0, at), 'grant\nalice\n1'), unseal, `cut at ${at}`)
    }
    await assert.rejects(ring.open(`${closed} `, 'grant\nalice\n1'), unseal)
  })
}

test('a text of a format that is not known yet says that a newer version is needed', async () => {
  const ring = keyring({ current: await zeros() })
  await assert.rejects(ring.open(EG2.replace('eg2', 'eg3'), ''), { ...unseal, message: /eg3.*version of Evergrant/ })
  await assert.rejects(ring.open('gAAAAABfoo==', ''), { ...unseal, message: /not a text that a keyring sealed/ })
})

test('an unknown key is named by its id, and neither key nor text is shown', async () => {
  const [mine, other] = [await random(), await random()]
  const closed = await keyring({ current: other }).seal('very-secret', 'here')
  const ring = keyring({ current: mine })
  await assert.rejects(ring.open(closed, 'here'), (error: Error) => {
    assert.ok(error.message.includes(other.id) && error.message.includes(mine.id))
    assert.doesNotMatch(inspect(error, { depth: 9 }), /very-secret/)
    return true
  })
})

test('a data key that another key wrapped, or that stands with another name, does not open', async () => {
  const [a, b] = [await random(), await random()]
  const closed = await keyring({ current: a }).seal('text', 'here')
  const renamed = closed.replace(a.id, b.id)
  await assert.rejects(keyring({ current: b }).open(renamed, 'here'), unseal)
  const impostor: SealingKey = { ...a, id: b.id }
  await assert.rejects(keyring({ current: impostor }).open(renamed, 'here'), unseal)
})

test('a key service is asked once for a data key, not for each text, also by callers that come together', async () => {
  const kms = service('arn:aws:kms:eu-central-1:111122223333:key/1', await random())
  const ring = keyring({ current: kms.key })
  const texts = await Promise.all(Array.from({ length: 200 }, (_, n) => ring.seal(`text ${n}`, 'here')))
  assert.equal(await ring.open(texts[7] ?? '', 'here'), 'text 7')
  assert.deepEqual(kms.calls, { wrap: 1, unwrap: 0 })
  const elsewhere = keyring({ current: kms.key })
  const opened = await Promise.all(texts.map((text) => elsewhere.open(text, 'here')))
  assert.equal(opened[199], 'text 199')
  assert.deepEqual(kms.calls, { wrap: 1, unwrap: 1 })
})

test('a data key is made anew after so many texts, and after so many seconds', async () => {
  const kms = service('kms', await random())
  const clock = handClock()
  const ring = keyring({ current: kms.key }, { clock, maxUses: 3, maxAge: 100 })
  for (let n = 0; n < 7; n++) await ring.seal('text', '')
  assert.equal(kms.calls.wrap, 3)
  clock.at = 100
  const closed = await ring.seal('text', '')
  assert.equal(kms.calls.wrap, 4)
  clock.at = 199
  await ring.open(closed, '')
  assert.equal(kms.calls.unwrap, 0)
  clock.at = 200
  await ring.open(closed, '')
  assert.equal(kms.calls.unwrap, 1, 'and is forgotten after them')
})

test('only so many data keys are kept, those used last', async () => {
  const kms = service('kms', await random())
  const ring = keyring({ current: kms.key }, { maxUses: 1 })
  const texts: string[] = []
  for (let n = 0; n < 4; n++) texts.push(await ring.seal(`${n}`, ''))
  const reader = keyring({ current: kms.key }, { maxKeys: 2 })
  const read = async (...which: number[]): Promise<number> => {
    const before = kms.calls.unwrap
    for (const n of which) assert.equal(await reader.open(texts[n] ?? '', ''), `${n}`)
    return kms.calls.unwrap - before
  }
  assert.equal(await read(0, 1, 0, 1), 2)
  assert.equal(await read(0, 2, 0, 2), 1, 'the one used longest ago went')
  assert.equal(await read(1), 1)
})

test('a service that is away is KEY_UNAVAILABLE, and is asked again by the next call', async () => {
  const kms = service('kms', await random())
  const clock = handClock()
  const ring = keyring({ current: kms.key }, { clock, maxAge: 100 })
  const closed = await ring.seal('text', '')
  kms.goAway(true)
  assert.equal(await ring.open(closed, ''), 'text', 'what is in memory opens')
  clock.at = 100
  const away = { code: 'KEY_UNAVAILABLE', class: 'storage', who: 'operator' }
  for (const call of [() => ring.open(closed, ''), () => ring.seal('text', '')])
    await assert.rejects(call, (error: OAuthError) => {
      assert.equal(error.code, away.code)
      assert.match(error.message, /kms.*ECONNREFUSED/)
      assert.doesNotMatch(error.message, /very-secret/)
      return true
    })
  kms.goAway(false)
  assert.equal(await ring.open(await ring.seal('text', ''), ''), 'text')
  assert.equal(await ring.open(closed, ''), 'text')
})

test('keys are read again when a text names one that is not known, once for all who ask', async () => {
  const [old, next] = [await random(), await random()]
  const fresh = await keyring({ current: next }).seal('new', '')
  const clock = handClock()
  let readings = 0
  const reload = async () => {
    readings += 1
    return { current: next, others: [old] }
  }
  const ring = keyring({ current: old }, { clock, reload })
  const former = await ring.seal('old', '')
  assert.deepEqual(new Set(await Promise.all(Array.from({ length: 20 }, () => ring.open(fresh, '')))), new Set(['new']))
  assert.equal(readings, 1)
  assert.deepEqual([ring.kid, ...ring.kids], [next.id, next.id, old.id])
  assert.equal(await ring.open(former, ''), 'old')
  const stranger = await keyring({ current: await random() }).seal('x', '')
  for (let n = 0; n < 5; n++) await assert.rejects(ring.open(stranger, ''), unseal)
  assert.equal(readings, 2, 'a text of a stranger does not make it read again and again')
  clock.at = 1
  await assert.rejects(ring.open(stranger, ''), unseal)
  assert.equal(readings, 3)
})

test('a key that was taken away opens nothing any more, also what was in memory', async () => {
  const [old, next] = [await random(), await random()]
  const ring = keyring({ current: next, others: [old] }, { reload: async () => ({ current: next }) })
  const former = await keyring({ current: old }).seal('old', '')
  assert.equal(await ring.open(former, ''), 'old')
  await ring.reload()
  await assert.rejects(ring.open(former, ''), unseal)
})

test('keys of another length, ids that cannot stand in a text, and limits without sense are refused', async () => {
  await assert.rejects(sealingKey(new Uint8Array(31)), { code: 'INVALID_ARGUMENT' })
  const key = await random()
  for (const id of ['', 'a.b', 'a b', 'x'.repeat(257)])
    assert.throws(() => keyring({ current: { ...key, id } }), { code: 'INVALID_ARGUMENT' })
  assert.throws(() => keyring({ current: key }, { maxUses: 2 ** 32 + 1 }), { code: 'INVALID_ARGUMENT' })
  assert.ok(key.openDirect)
})

const EG1 = 'eg1.66687aadf862bd77.NPi1XwOua71ky7M-.m2R1QzFUOJLEQb94qqifEDowaa6p'
const EG2 =
  'eg2.66687aadf862bd77.FXekt0OZMZLBm0B0QPEOQTb4U6FyOv0m4ktVAIrmUui8keFX15FfFS8vbrR3LOwKja-FXuukr8Kz68Qk.PjhEH87d0Zrrij61OMC1XtQYK18sveGVRGeJAfcktMft'
