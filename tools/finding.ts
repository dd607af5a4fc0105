/** One thing a check found wrong, at a place a person can open. */
export interface Finding {
  readonly rule: string
  /** Path from the repository's root. */
  readonly file: string
  readonly line?: number
  readonly message: string
}

/** Prints the findings, or one line that says what was checked, and sets the exit code. */
export function report(findings: readonly Finding[], checked: string): void {
  if (findings.length === 0) {
    console.log(`ok: ${checked}`)
    return
  }
  for (const { file, line, rule, message } of findings) {
    console.error(`${file}${line === undefined ? '' : `:${line}`}  ${message}  [${rule}]`)
  }
  console.error(`${findings.length} ${findings.length === 1 ? 'problem' : 'problems'} in ${checked}`)
  process.exitCode = 1
}
