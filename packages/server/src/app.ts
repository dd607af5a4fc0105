import { randomUUID } from 'node:crypto'
import cookie from '@fastify/cookie'
import swagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, { type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import { auditHook } from './audit/audit-hook.ts'
import { CSRF_HEADER, Problem } from './contract/index.ts'
import { ALLOWED } from './contract/text.ts'
import { forbiddenField } from './forbidden-field.ts'
import { requestLanguage, type Wishes } from './languages/request-language.ts'
import { speakHook } from './languages/speak-hook.ts'
import { spokenFields } from './languages/spoken-fields.ts'
import { problemOf } from './problem.ts'
import { tokenRoute } from './routes/accounts/token.ts'
import { addRoutes } from './routes/add-routes.ts'
import type { App } from './routes/app-type.ts'
import { mountSandbox } from './sandbox/mount-sandbox.ts'
import { SESSION_COOKIE } from './security/cookies.ts'
import { guard } from './security/guard.ts'
import type { Services } from './services.ts'
import { sharedSerializers } from './shared-serializers.ts'
import { requestSpans } from './telemetry/request-spans.ts'
import { textGuard } from './text-guard.ts'
import { servePage } from './web/serve-page.ts'

/**
 * The whole HTTP side of a server. Listens nowhere: `app.routing(request, response)` takes requests of any listener,
 * and `app.inject` those of a test.
 */
export async function buildApp(services: Services): Promise<App> {
  const { deps } = services
  const subPath = new URL(deps.publicUrl).pathname.replace(/\/$/, '')
  // Which start of which server, and the how manieth request of it.
  const run = randomUUID().slice(0, 8)
  let requests = 0
  const rewriteUrl = ({ url = '/' }: { readonly url?: string | undefined }): string => belowSubPath(url, subPath)
  const app: App = fastify({
    // None of its own: it would cost each request two listeners. What routes say has its logger below.
    logger: false,
    // Its lines about requests have the whole address, and the callback's has a code in it.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => `${run}-${requests++}`,
    trustProxy: deps.trustProxy ?? false,
    bodyLimit: 262_144,
    return503OnClosing: true,
    ...(subPath === '' ? {} : { rewriteUrl }),
    // Addresses that cannot be read never reach a route or its error handler.
    frameworkErrors: (error, request, reply) => answerProblem(error, request, reply, services),
    // A field that is not known or has another type is a mistake; nothing is bent to fit.
    // `verbose`: what it found says which schema it failed, so that the answer can tell what is allowed.
    ajv: {
      customOptions: {
        removeAdditional: false,
        coerceTypes: false,
        allErrors: false,
        verbose: true,
        keywords: [ALLOWED],
      },
    },
  }).withTypeProvider<TypeBoxTypeProvider>()

  app.setSerializerCompiler(await sharedSerializers())
  // A request that says JSON and has no body has nothing to say; that is no mistake.
  const parseJson = app.getDefaultJsonParser('error', 'error')
  // Nor is text taken, which would only fail later, and with another error than other types.
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    // What most programs send that ask for a token; nothing in it has to be looked at.
    else if (body === '{}') done(null, {})
    else {
      parseJson(request, String(body), (error, parsed) =>
        done(error === null ? null : (forbiddenField(String(body)) ?? error), parsed),
      )
    }
  })
  app.setErrorHandler((error, request, reply) => answerProblem(error, request, reply, services))
  // Hooks with callbacks: an asynchronous one costs every request a turn.
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'x-request-id': request.id,
    })
    if (request.url.startsWith('/v1/')) reply.header('cache-control', 'no-store')
    done()
  })
  // Each request only for those who ask for it; metrics count them for everybody.
  if (['debug', 'trace'].includes(deps.logger.level)) {
    app.addHook('onResponse', (request, reply, done) => {
      const { id: reqId, method, routeOptions } = request
      const ms = Math.round(reply.elapsedTime)
      const route = routeOptions.url ?? 'none'
      deps.logger.debug({ reqId, method, route, status: reply.statusCode, ms }, 'request')
      done()
    })
  }

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Evergrant',
        version: deps.version,
        description:
          'Keeps OAuth 2.0 grants alive. Times are epoch seconds; errors are RFC 9457 problems. Texts for people (x-spoken) are in the language of Accept-Language; nothing else depends on it.',
      },
      servers: [{ url: deps.publicUrl }],
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, made under Settings, API keys.' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: SESSION_COOKIE,
            description: `Somebody signed in, on our own page: what changes something needs the header "${CSRF_HEADER}: 1" too.`,
          },
        },
      },
    },
  })
  // Before anybody is refused.
  if (deps.telemetry !== undefined) requestSpans(app, deps.telemetry, () => deps.clock.monotonic())
  guard(app, services)
  auditHook(app, services)
  speakHook(app, services)
  textGuard(app)
  // Apart from the others: programs have no cookies, and each hook is a cost.
  tokenRoute(app, services)
  await app.register(async (scope) => {
    // What Fastify itself has to say, should a handler fail after it answered.
    scope.setChildLoggerFactory(() => deps.logger)
    await scope.register(cookie)
    addRoutes(scope, services)
  })
  if (deps.sandbox !== undefined) await mountSandbox(app, deps.sandbox)
  await servePage(app, deps.page, subPath)
  await app.ready()
  return app
}

const problemTexts = spokenFields(Problem)

/** Proxies pass the path of the public address on, or take it away: both arrive at the same route. */
function belowSubPath(url: string, subPath: string): string {
  const rest = subPath !== '' && url.startsWith(subPath) ? url.slice(subPath.length) : undefined
  return rest === undefined || !/^(?:$|[/?])/.test(rest) ? url : rest.replace(/^(?!\/)/, '/')
}

function answerProblem(
  error: unknown,
  request: Pick<FastifyRequest, 'id'> & Wishes,
  reply: Pick<FastifyReply, 'code' | 'header' | 'type' | 'send'>,
  { languages, deps }: Pick<Services, 'languages' | 'deps'>,
): void {
  const { problem, retryAfter, unexpected } = problemOf(error, request.id)
  if (unexpected) deps.logger.error({ err: error, reqId: request.id }, problem.detail)
  if (retryAfter !== undefined) reply.header('retry-after', Math.max(1, Math.ceil(retryAfter)))
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="Evergrant"')
  const tag = requestLanguage(request, languages.tags)
  reply.code(problem.status).type('application/problem+json').header('content-language', tag)
  const send = (said: unknown) => reply.send(JSON.stringify(said))
  languages.speaker(tag).then(
    (say) => send(say === undefined ? problem : problemTexts?.(problem, say)),
    () => send(problem),
  )
}
