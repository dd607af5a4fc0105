/** One operation that nobody described in types. */
export interface AnyOperation {
  readonly parameters: {
    readonly query?: Readonly<Record<string, unknown>>
    readonly header?: Readonly<Record<string, unknown>>
    readonly path?: Readonly<Record<string, unknown>>
    readonly cookie?: Readonly<Record<string, unknown>>
  }
  readonly requestBody?: { readonly content: { readonly 'application/json': unknown } }
  readonly responses: {
    readonly 200: { readonly content: { readonly 'application/json': unknown } }
    readonly default: { readonly content: { readonly 'application/json': unknown } }
  }
}

/** The paths of a document that is read at run time: every path is possible, and answers are `unknown`. */
export type AnyPaths = Readonly<
  Record<
    string,
    Readonly<Record<'get' | 'put' | 'post' | 'delete' | 'options' | 'head' | 'patch' | 'trace', AnyOperation>>
  >
>
