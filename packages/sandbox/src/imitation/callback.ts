import { createHmac } from 'node:crypto'
import type { Engine } from '../engine.ts'
import type { Answer } from '../http-answer.ts'
import type { Imitation } from './imitation.ts'
import { ownRefusal } from './token-answer.ts'

/** The redirect to the client as the provider would send it. */
export function foreignCallback(answer: Answer, of: Imitation, engine: Engine): Answer {
  const { location } = answer.headers
  if (location === undefined) return answer
  const { callback: rules = {}, habits = {} } = of
  const at = location.indexOf('?')
  const kept = new Map(new URL(location).searchParams)
  for (const [name, value] of Object.entries(habits.callback ?? {})) kept.set(name, value)
  const code = kept.get('code')
  if (code !== undefined && rules.decode_code)
    kept.set('code', [...code].map((one) => `%${one.charCodeAt(0).toString(16).padStart(2, '0')}`).join(''))
  const own = ownRefusal(Object.fromEntries(kept), of)
  if (own !== undefined) for (const [name, value] of Object.entries(own.fields)) kept.set(name, String(value))
  if (habits.denial !== undefined && kept.get('error') === 'access_denied') kept.set('error', habits.denial)
  for (const [name, theirs] of Object.entries(rules.parameter_names ?? {})) {
    const value = kept.get(name)
    if (value === undefined) continue
    kept.delete(name)
    kept.set(theirs, value)
  }
  sign(kept, of, engine)
  const type = of.authorization_params?.['response_type']
  if (type?.includes('id_token')) kept.set('id_token', 'e30.e30.')
  const base = at === -1 ? location : location.slice(0, at)
  return { ...answer, headers: { ...answer.headers, location: `${base}?${new URLSearchParams([...kept])}` } }
}

/** Signs what the callback says, over its sorted parameters. */
function sign(parameters: Map<string, string>, of: Imitation, engine: Engine): void {
  const settings = of.deviations?.['signed-callback']
  const secret = engine.clients.list()[0]?.client_secret
  if (settings === undefined || secret === undefined) return
  const sorted = [...parameters].sort(([a], [b]) => (a < b ? -1 : 1))
  const text = sorted.map(([name, value]) => `${name}=${value}`).join('&')
  parameters.set(String(settings['parameter']), createHmac('sha256', secret).update(text).digest('hex'))
}
