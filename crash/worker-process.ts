import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Order, Outcome, Point, Report, WorkerSettings } from './orders.ts'

const PATIENCE = 180_000

/** The parent's end of one worker. Nothing waits on it for ever. */
export class WorkerProcess implements AsyncDisposable {
  readonly #child: ChildProcess
  #asked = 0

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  static async start(settings: WorkerSettings): Promise<WorkerProcess> {
    const script = fileURLToPath(new URL('./worker.ts', import.meta.url))
    const child = fork(script, [JSON.stringify(settings)], {
      execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
    })
    const worker = new WorkerProcess(child)
    try {
      await worker.#hear((report) => report.type === 'ready')
      return worker
    } catch (error) {
      await worker.kill()
      throw error
    }
  }

  /** Asks for a token of the grant, for several callers at once; resolves with what each got. */
  async ask(grant: string, ahead: number, callers = 1): Promise<readonly Outcome[]> {
    this.#asked += 1
    const id = this.#asked
    const done = this.#hear((report) => report.type === 'done' && report.id === id)
    this.#tell({ do: 'token', id, grant, callers, ahead })
    const report = await done
    return report.type === 'done' ? report.outcomes : []
  }

  /** Asks for a token and resolves when the worker waits at the point; `answer` resolves when it was let go. */
  async askUntil(point: Point, grant: string, ahead: number): Promise<{ answer: Promise<readonly Outcome[]> }> {
    this.#asked += 1
    const id = this.#asked
    const reached = this.#hear((report) => report.type === 'reached' && report.point === point)
    this.#tell({ do: 'token', id, grant, callers: 1, ahead, stopAt: point })
    await reached
    const done = this.#hear((report) => report.type === 'done' && report.id === id)
    const answer = done.then((report) => (report.type === 'done' ? report.outcomes : []))
    // The worker may be killed here; whoever wants the answer awaits it.
    answer.catch(() => undefined)
    return { answer }
  }

  /** Asks, and does not wait. For a worker that is about to be killed. */
  tellToken(grant: string, ahead: number): void {
    this.#asked += 1
    this.#tell({ do: 'token', id: this.#asked, grant, callers: 1, ahead })
  }

  /** SIGSTOP: from now on the process does nothing at all. */
  pause(): void {
    this.#child.kill('SIGSTOP')
  }

  /** SIGCONT, and on from the point where it waits. */
  resume(): void {
    this.#child.kill('SIGCONT')
    this.#tell({ do: 'go' })
  }

  /** SIGKILL, also of a paused process; resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }

  #tell(order: Order): void {
    this.#child.send(order)
  }

  #hear(wanted: (report: Report) => boolean): Promise<Report> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer)
        this.#child.off('message', hear)
        this.#child.off('exit', exit)
      }
      const hear = (report: Report): void => {
        if (!wanted(report)) return
        settle()
        resolve(report)
      }
      const exit = (code: number | null, signal: string | null): void => {
        settle()
        reject(new Error(`The worker ended (${signal ?? code}) before it reported`))
      }
      const timer = setTimeout(() => {
        settle()
        reject(new Error('The worker did not report in time'))
      }, PATIENCE)
      this.#child.on('message', hear)
      this.#child.on('exit', exit)
    })
  }
}
