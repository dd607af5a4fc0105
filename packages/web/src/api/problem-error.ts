import type { Problem } from './types.ts'

/** An answer of the server that is not a success, as it described it (RFC 9457). */
export class ProblemError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail || problem.title)
    this.name = 'ProblemError'
    this.problem = problem
  }
}

/** The server could not be reached, or something between answered for it. */
export class UnreachableError extends Error {
  constructor(cause: unknown) {
    super('The Evergrant server cannot be reached.', { cause })
    this.name = 'UnreachableError'
  }
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.status === 401
}
