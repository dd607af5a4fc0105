/** A step around a request: may change it, send it with `next`, and look at the response. */
export type FetchMiddleware = (request: Request, next: (request: Request) => Promise<Response>) => Promise<Response>
