import fastify, { type FastifySerializerCompiler } from 'fastify'

type Compile = FastifySerializerCompiler<unknown>

/**
 * Fastify's own compiler of response schemas, asked once for each schema. By itself it is asked for each status of each
 * route, and of the HEAD beside each GET; nearly all of these are the same few problems, and compiling them was most of
 * the time in which a server starts. What is compiled depends on the schema alone.
 */
export async function sharedSerializers(): Promise<Compile> {
  const compile = await ownCompiler()
  const made = new Map<unknown, ReturnType<Compile>>()
  return (route) => {
    const serialize = made.get(route.schema) ?? compile(route)
    made.set(route.schema, serialize)
    return serialize
  }
}

/** It is there as soon as a route has needed it. */
async function ownCompiler(): Promise<Compile> {
  const app = fastify()
  app.get('/', { schema: { response: { 200: { type: 'null' } } } }, async () => null)
  await app.ready()
  const { serializerCompiler } = app
  if (serializerCompiler === undefined) throw new Error('Fastify has no compiler of response schemas')
  return serializerCompiler
}
