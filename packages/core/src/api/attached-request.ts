import type { Attachment } from '../adapters/attachment.ts'

/** A request before it is made: what `fetch` takes. */
export interface PlannedRequest {
  readonly url: string
  readonly init: RequestInit
  readonly redirect: RequestRedirect
}

/** The settings with the headers of all attachments. */
export function withAttachments(
  init: RequestInit,
  attachments: readonly Attachment[],
  redirect: RequestRedirect,
): RequestInit {
  const headers = new Headers(init.headers)
  for (const { headers: own } of attachments) for (const name of Object.keys(own)) headers.set(name, own[name] ?? '')
  return { ...init, headers, redirect }
}

/**
 * The answer to a request that went with these attachments and was refused, after it went once more for each of them
 * that asks for it.
 */
export async function answeredAgain(
  refusal: Response,
  { url, init, redirect }: PlannedRequest,
  attachments: readonly Attachment[],
  send: typeof fetch,
): Promise<Response> {
  let response = refusal
  for (let current = attachments; ; ) {
    const next = await renewed(current, response)
    await (next === undefined ? undefined : response.body?.cancel())
    if (next === undefined) return response
    response = await send(url, withAttachments(init, next, redirect))
    current = next
  }
}

/** Each attachment hears of the answer; undefined: the answer stands. */
async function renewed(
  attachments: readonly Attachment[],
  { status, headers, body }: Response,
): Promise<readonly Attachment[] | undefined> {
  try {
    const next = await Promise.all(attachments.map(async (one) => (await one.answered(status, headers)) ?? one))
    return next.every((one, index) => one === attachments[index]) ? undefined : next
  } catch (error) {
    await body?.cancel()
    throw error
  }
}

/** Whether the network can read this body more than once: a stream or an iterator it cannot. */
export function isReplayable(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return true
  return !(body instanceof ReadableStream) && !(Symbol.asyncIterator in body)
}
