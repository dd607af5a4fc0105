/** A problem in words. */
export interface ProblemWords {
  readonly title: string
  readonly advice: string
}

/**
 * What the server says in English, in another language, by the names that its API gives. What a provider said itself
 * is not among it: its own words stay as they are.
 */
export interface ServerWords {
  /** By error code. */
  readonly problems: Readonly<Record<string, ProblemWords>>
  /** Why an account is in its state and what to do, by the names in `said`. */
  readonly sentences: Readonly<Record<string, string>>
  /** The steps of a connection's check, what it means that one passed, and that one passed with a catch. */
  readonly checks: Readonly<
    Record<
      string,
      {
        readonly title: string
        readonly passed: string
        readonly warned?: { readonly detail: string; readonly advice: string }
      }
    >
  >
  readonly correctField: string
  readonly testPassed: string
  /** Why a provider may still hold a permission. `{provider}` is its name. */
  readonly notToldTitle: string
  readonly endItThere: string
}
