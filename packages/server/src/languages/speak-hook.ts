import type { preSerializationHookHandler } from 'fastify'
import type { App } from '../routes/app-type.ts'
import type { Services } from '../services.ts'
import { requestLanguage } from './request-language.ts'
import { spokenFields } from './spoken-fields.ts'

/** Lets answers be in the language of the request. Costs the routes nothing whose answers have no text for people. */
export function speakHook(app: App, { languages }: Pick<Services, 'languages'>): void {
  app.addHook('onRoute', (route) => {
    const answers = (route.schema?.response ?? {}) as Readonly<Record<string, unknown>>
    const sayFields = spokenFields(answers['200'] ?? answers['201'] ?? {})
    if (sayFields === undefined) return
    const speak: preSerializationHookHandler = (request, reply, payload, done) => {
      const tag = requestLanguage(request, languages.tags)
      reply.header('content-language', tag)
      if (tag === 'en') return done(null, payload)
      languages.speaker(tag).then(
        (say) => done(null, say === undefined || reply.statusCode >= 400 ? payload : sayFields(payload, say)),
        (error: Error) => done(error),
      )
    }
    route.preSerialization = [route.preSerialization ?? [], speak].flat()
  })
}
