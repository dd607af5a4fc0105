import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LANGUAGE_COOKIE } from '@evergrant/server/contract'
import { germanMessages } from '../src/languages/german-messages.ts'
import { Phrases } from '../src/languages/phrases.ts'
import { accountAt, connected, consentUrl, Scene, SECRET, sandboxOf } from './support/scene.ts'

const german = { 'accept-language': 'de-AT,de;q=0.9,en;q=0.5' }

test('[#147] errors and their advice are in the language of the request; what programs decide by is the same', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const english = await admin.get('/v1/accounts/none')
  const said = await admin.get('/v1/accounts/none', german)
  assert.equal(english.headers.get('content-language'), 'en')
  assert.equal(said.headers.get('content-language'), 'de')
  assert.deepEqual(
    [said.json.title, said.json.detail, said.json.advice],
    ['Nicht gefunden', 'Dieses Konto gibt es nicht.', 'Prüfen Sie Adresse und Kennung.'],
  )
  for (const field of ['type', 'status', 'code', 'class', 'who']) assert.equal(said.json[field], english.json[field])
})

test('what a person chose counts more than what the browser likes, and a language that there is not is English', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const language = async (header?: string) =>
    (await admin.get('/v1/accounts/none', header === undefined ? {} : { 'accept-language': header })).headers.get(
      'content-language',
    )
  assert.equal(await language(), 'en')
  assert.equal(await language('fr-FR, tlh;q=0.8'), 'en')
  assert.equal(await language('*'), 'en')
  assert.equal(await language('de;q=0, en'), 'en')
  assert.equal(await language('__proto__, constructor'), 'en')
  assert.equal(await language('fr, de;q=0.4, en;q=0.3'), 'de')
  admin.cookies.set(LANGUAGE_COOKIE, 'de')
  assert.equal(await language('en'), 'de')
  admin.cookies.set(LANGUAGE_COOKIE, 'xx')
  assert.equal(await language('en'), 'en')
})

test('a provider’s guide, features, parameters and notes are in the language of the request, and what is entered is not', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const english = (await admin.get('/v1/providers/microsoft')).json
  const said = (await admin.get('/v1/providers/microsoft', german)).json
  assert.match(said.guide.steps[0].text, /„App-Registrierungen“/)
  assert.equal(said.guide.steps.length, english.guide.steps.length)
  for (const [index, step] of said.guide.steps.entries()) {
    assert.notEqual(step.text, english.guide.steps[index].text)
    assert.deepEqual([step.copy, step.link], [english.guide.steps[index].copy, english.guide.steps[index].link])
  }
  assert.equal(said.features.find(({ id }: { id: string }) => id.includes('imap')).title, 'E-Mail über IMAP lesen')
  assert.deepEqual(
    said.features.map(({ scopes }: { scopes: string[] }) => scopes),
    english.features.map(({ scopes }: { scopes: string[] }) => scopes),
  )
  assert.deepEqual([said.id, said.name, said.client_auth], [english.id, english.name, english.client_auth])
  const byHost = (await admin.get('/v1/providers/acumatica', german)).json.parameters[0]
  assert.equal(byHost.help, 'Der Host, auf dem Acumatica für Sie läuft, ohne https:// und ohne Schrägstrich am Ende.')
})

test('an account that was refused says why in the language of whoever looks, long after it was stored', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const made = await admin.post('/v1/connections', {
    name: 'Microsoft',
    provider: 'microsoft',
    client_id: 'my client',
    client_secret: SECRET,
    parameters: { tenant: 'aaaabbbb-0000-cccc-1111-dddd2222eeee' },
    scope: 'https://graph.microsoft.com/Mail.Read',
  })
  const account = await accountAt(made.json.id, admin)
  const state = new URL(await consentUrl(account, admin)).searchParams.get('state') ?? ''
  const own = 'AADSTS90094: The grant requires admin permission.'
  const refusal = new URLSearchParams({ state, error: 'consent_required', error_description: own })
  const page = await admin.visit(`${made.json.redirect_uri}?${refusal}`, 'de')
  assert.match(page.text, /<html lang="de">/)
  assert.match(page.text, /AADSTS90094: The grant requires admin permission\./, 'the provider’s own words stay')
  assert.match(page.text, /Der Zugriff wurde beim Anbieter abgelehnt\./)
  const english = (await admin.get(`/v1/accounts/${account}`)).json
  const said = (await admin.get(`/v1/accounts/${account}`, german)).json
  assert.match(english.advice, /^An administrator of the organisation has to approve this app first\./)
  assert.match(said.advice, /^Ein Administrator der Organisation muss diese App zuerst freigeben\./)
  assert.match(
    said.sentence,
    /^Der Anbieter verlangt die Freigabe durch seinen Administrator\. Abgelehnt bei Microsoft 365: /,
  )
  assert.ok(said.sentence.includes(own), 'and the provider’s own words stay')
  for (const field of ['state', 'reason', 'who', 'link', 'said']) assert.deepEqual(said[field], english[field])
  const [entry] = (await admin.get(`/v1/accounts/${account}/history`, german)).json.history
  assert.equal(entry.detail, `Abgelehnt bei Microsoft 365: ${own}`)
  const listed = (await admin.get('/v1/accounts', german)).json.accounts
  assert.equal(listed[0].advice, said.advice)
})

test('the steps of a check and of a test are in the language of the request', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, connection, account } = await connected(scene, sandbox)
  const check = (await admin.post(`/v1/connections/${connection}/check`, {}, german)).json
  assert.equal(check.ok, true)
  assert.deepEqual(
    check.checks.map(({ title }: { title: string }) => title.replace(/ http.*/, ' …')),
    [
      'Adresse dieses Servers',
      'Einstellungen',
      'Adressen',
      'Verschlüsselung',
      'Client-ID und Clientschlüssel',
      'Uhren',
      'Weiterleitungs-URI …',
      'Berechtigungen',
    ],
  )
  const tested = (await admin.post(`/v1/accounts/${account}/test`, {}, german)).json
  assert.match(tested.detail, /^Der Anbieter hat ein Zugriffstoken gegeben/)
  assert.equal(tested.account.sentence, 'Funktioniert.')
})

test('events tell each listener in its own language', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, account } = await connected(scene, sandbox)
  const stop = new AbortController()
  const streams = [admin.events(stop.signal), admin.events(stop.signal, german)]
  for (const stream of streams) assert.equal((await stream.next()).value?.name, 'hello')
  await admin.patch(`/v1/accounts/${account}`, { paused: true })
  const sentences = await Promise.all(
    streams.map(async (stream) => {
      for await (const { name, data } of stream) if (name === 'account') return data.sentence
      return assert.fail('the stream ended')
    }),
  )
  assert.deepEqual(sentences, [
    'Paused: no tokens are handed out or renewed.',
    'Angehalten: Programme bekommen keinen Zugriff, und nichts wird erneuert.',
  ])
  stop.abort()
})

test('texts that were put together are said by their parts, and what is not known stays as it came', () => {
  const phrases = new Phrases([
    ['It broke.', 'Es ist kaputt.'],
    ['{name} answered {status}: {words}', '{name} hat mit {status} geantwortet: {words}'],
    ['an empty answer', 'eine leere Antwort'],
    ['Grant {id} ended ({why}).', '{id} ist beendet ({why}).'],
    ['{a} and {b}', '{b} und {a}'],
  ])
  assert.equal(phrases.say('It broke.'), 'Es ist kaputt.')
  assert.equal(phrases.say('ACME answered 400: an empty answer'), 'ACME hat mit 400 geantwortet: eine leere Antwort')
  assert.equal(
    phrases.say('ACME answered 400: It broke. Really.'),
    'ACME hat mit 400 geantwortet: Es ist kaputt. Really.',
  )
  assert.equal(phrases.say('It broke. ACME answered 400: no'), 'Es ist kaputt. ACME hat mit 400 geantwortet: no')
  assert.equal(phrases.say('this and that'), 'that und this')
  assert.equal(phrases.say('$& {name} It broke'), '$& {name} It broke')
  assert.equal(phrases.say('x and $& $1'), '$& $1 und x')
  assert.equal(phrases.say(''), '')
})

test('a number is said with the unit that belongs to it, and a sentence of others that ends so is left alone', () => {
  const phrases = new Phrases(Object.entries(germanMessages))
  const said = [
    ['Too many failed attempts from here. Wait 1 second.', /Warten Sie 1 Sekunde\.$/],
    ['Too many failed attempts from here. Wait 20 seconds.', /Warten Sie 20 Sekunden\.$/],
    ['ACME did not answer within 1 second.', /^ACME hat nicht innerhalb von 1 Sekunde geantwortet\.$/],
    ['It is valid for 59 minutes.', /^Es gilt 59 Minuten\.$/],
    ['Try again in 5 seconds', /^Try again in 5 seconds$/],
  ] as const
  for (const [english, german] of said) assert.match(phrases.say(english), german)
})

test('what others wrote does not decide how long it takes to say a text', () => {
  const phrases = new Phrases([
    ['Grant {id} was given to {a} of {b}, but {c} of {d} is configured.', '{id} {a} {b} {c} {d}'],
    ['{name} refused: {error}{words}.', '{name}: {error}{words}.'],
    ['{a} and {b}', '{b} und {a}'],
  ])
  const hostile = [
    `Grant ${' was given to  of , but '.repeat(150)}`,
    `x${' refused: '.repeat(390)}`,
    'Grant. '.repeat(570),
    `It and ${'this and '.repeat(400)}that`,
    'a'.repeat(1_000_000),
  ]
  const began = process.cpuUsage()
  for (const text of hostile) assert.equal(typeof phrases.say(text), 'string')
  const { user } = process.cpuUsage(began)
  assert.ok(user < 2_000_000, `${user / 1000} ms of processor time, where some are enough`)
  assert.equal(phrases.say('a'.repeat(5000)), 'a'.repeat(5000))
})
