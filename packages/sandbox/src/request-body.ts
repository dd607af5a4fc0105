import type { IncomingMessage } from 'node:http'

const limit = 64 * 1024
// What is sent beyond the limit is read and thrown away for a while, so that an honest client gets to see the 413.
const patience = 16 * limit

/** The body as text; undefined when it is larger than 64 KiB. */
export async function requestBody(request: IncomingMessage): Promise<string | undefined> {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers
  if (request.readableDidRead && (length !== '0' || encoding !== undefined))
    throw new Error('The request body was read before the sandbox got the request; mount it ahead of any body parser')
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= limit) chunks.push(chunk)
    if (size > patience) break
  }
  return size > limit ? undefined : Buffer.concat(chunks).toString('utf8')
}
