/** The person or the system asked the program to stop. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  /** 128 plus the signal's number, as shells expect it. */
  readonly exitCode: number

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super('Stopped before it was done. What was stored before is unchanged.')
    this.exitCode = signal === 'SIGINT' ? 130 : 143
  }
}
