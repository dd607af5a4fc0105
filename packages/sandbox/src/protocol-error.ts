/** An error answer of RFC 6749 §5.2 (and the RFCs that extend it), thrown by an endpoint and sent as JSON. */
export class ProtocolError extends Error {
  readonly error: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(
    error: string,
    description: string,
    { status = 400, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
  ) {
    super(description)
    this.name = 'ProtocolError'
    this.error = error
    this.status = status
    this.headers = headers
  }
}
