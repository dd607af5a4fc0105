import type { Engine, Exchange } from '../engine.ts'
import type { Answer } from '../http-answer.ts'
import { grantTokens } from '../token-answer.ts'
import type { AnswerShape, Imitation, Refusal } from './imitation.ts'
import { put } from './paths.ts'

type Fields = Record<string, unknown>

/** A token answer as the provider would write it. */
export async function foreignTokenAnswer(
  answer: Answer,
  of: Imitation,
  exchange: Exchange,
  engine: Engine,
): Promise<Answer> {
  const fields = JSON.parse(answer.body) as Fields
  const own = ownRefusal(fields, of)
  if (own !== undefined) {
    const body = JSON.stringify(own.fields)
    return written({ ...answer, status: own.status ?? answer.status, body }, { ...own.fields }, of)
  }
  const shape = of.token_answer ?? {}
  const made = answer.error === undefined ? await success(fields, answer, of, exchange, engine) : failure(fields, shape)
  const status =
    answer.error === undefined ? (of.habits?.status ?? answer.status) : shape.error === undefined ? answer.status : 200
  return written({ ...answer, status, body: JSON.stringify(made) }, made, of)
}

/** The provider's own words for a refusal of the sandbox. */
export function ownRefusal(fields: Fields, { habits }: Imitation): Refusal | undefined {
  if (fields['error'] === undefined) return undefined
  const said = `${fields['error']}: ${fields['error_description'] ?? ''}`
  return habits?.refusals?.find(({ when }) => new RegExp(when).test(said))
}

function failure(fields: Fields, { error }: AnswerShape): Fields {
  if (error === undefined) return fields
  const standard = String(fields['error'])
  const theirs = Object.entries(error.codes ?? {}).find(([, known]) => known === standard)?.[0] ?? standard
  const made: Fields = {}
  // A flag says only that there is an error; a code says which.
  put(made, error.code, error.name === undefined ? (/^\d+$/.test(theirs) ? Number(theirs) : theirs) : false)
  if (error.name !== undefined) put(made, error.name, theirs)
  if (error.description !== undefined) put(made, error.description, fields['error_description'])
  return made
}

async function success(
  fields: Fields,
  answer: Answer,
  of: Imitation,
  exchange: Exchange,
  engine: Engine,
): Promise<Fields> {
  const { token_answer: shape = {}, habits = {}, long_lived } = of
  const { scope_as } = habits
  const scope = String(fields['scope'] ?? '')
  if (scope_as !== undefined) fields['scope'] = scope_as === 'list' ? scope.split(' ') : scope.replaceAll(' ', scope_as)
  else if (shape.scope_separator !== undefined) fields['scope'] = scope.replaceAll(' ', shape.scope_separator)
  if (
    of.refresh?.supported === false ||
    (long_lived !== undefined && exchange.form.get('grant_type') === 'authorization_code')
  )
    delete fields['refresh_token']
  // The access token itself is what is spent at a refresh.
  if (shape.fields?.['refresh_token'] === 'access_token' && typeof fields['refresh_token'] === 'string') {
    engine.imitated.aliases.set(String(fields['access_token']), fields['refresh_token'])
    delete fields['refresh_token']
  }
  const made = placed(fields, shape, engine)
  for (const [path, value] of Object.entries(habits.metadata ?? {})) put(made, path, value)
  const now = engine.clock.now()
  const held = answer.issued?.refresh_token ?? exchange.form.get('refresh_token')
  const until = held === undefined ? undefined : engine.families.active(held, now)?.expiresAt
  if (habits.refresh_end !== undefined && until !== undefined) put(made, habits.refresh_end, Math.floor(until - now))
  const { error } = shape
  // Where only a flag tells, it is in good answers too.
  if (error !== undefined && error.success?.[0] !== undefined) put(made, error.code, error.success[0])
  else if (error !== undefined && /code|status|errno/.test(error.code)) put(made, error.code, 0)
  if (shape.second !== undefined && exchange.form.get('grant_type') === 'authorization_code')
    await second(made, shape, answer, engine)
  return made
}

/** The fields where this provider has them, and nowhere else. */
function placed(fields: Fields, shape: AnswerShape, engine: Engine): Fields {
  const paths = shape.fields ?? {}
  const seconds = Number(fields['expires_in'])
  const until = engine.clock.now() + seconds
  const told: Fields = {
    ...fields,
    expires_in: shape.time_unit === 'milliseconds' ? seconds * 1000 : fields['expires_in'],
    expires_at: until,
    refresh_expires_in: engine.settings.lifetimes.refreshToken,
    refresh_expires_at: engine.clock.now() + engine.settings.lifetimes.refreshToken,
  }
  const made: Fields = Object.fromEntries(Object.entries(told).filter(([name]) => !(name in paths) && name in fields))
  if ('expires_at' in paths) delete made['expires_in']
  for (const [name, path] of Object.entries(paths)) {
    const first = typeof path === 'string' ? path : path?.[0]
    if (first !== undefined && told[name] !== undefined && !(name === 'refresh_token' && first === 'access_token'))
      put(made, first, told[name])
  }
  return made
}

async function second(made: Fields, { second: rules }: AnswerShape, answer: Answer, engine: Engine): Promise<void> {
  const issued = engine.accessTokens.find(answer.issued?.access_token ?? '')
  const client = engine.clients.find(issued?.clientId)
  if (issued?.sub === undefined || client === undefined || rules === undefined) return
  const scope = engine.imitated.secondScope
  const grant = { client, sub: issued.sub, scope, granted: [], resources: [], authTime: issued.issuedAt }
  const tokens = JSON.parse((await grantTokens(engine, grant)).body) as Fields
  for (const [name, path] of Object.entries(rules.fields))
    if (typeof path === 'string' && tokens[name] !== undefined) put(made, path, tokens[name])
}

function written(answer: Answer, fields: Fields, { habits = {} }: Imitation): Answer {
  const typed = (type: string, body: string): Answer => ({
    ...answer,
    headers: { ...answer.headers, 'content-type': type },
    body,
  })
  if (habits.answer === 'form') {
    const pairs = Object.entries(fields).map(([name, value]) => [name, String(value)])
    return typed('application/x-www-form-urlencoded', new URLSearchParams(pairs).toString())
  }
  if (habits.answer === 'jsonp') return typed('text/html', `callback( ${answer.body} );`)
  if (habits.answer === 'xml')
    return typed('application/xml', `<?xml version="1.0"?><Access_Token>${elements(fields)}</Access_Token>`)
  return answer
}

function elements(fields: Fields): string {
  return Object.entries(fields)
    .map(
      ([name, value]) =>
        `<${name}>${typeof value === 'object' && value !== null ? elements(value as Fields) : escapedXml(String(value))}</${name}>`,
    )
    .join('')
}

function escapedXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
