import { BEAT_EVERY, type ReplicaPulse } from '../replicas/replica-pulse.ts'
import type { Services } from '../services.ts'
import { Delivery } from './deliver.ts'
import { probeMail } from './mail-probe.ts'
import { reap } from './reap.ts'
import { refreshAhead } from './refresh-ahead.ts'
import { watchSecrets } from './secret-watch.ts'
import { tellWhatDiffers } from './tell.ts'

const REFRESH_EVERY = 15
const DELIVER_EVERY = 5
const TELL_EVERY = 30
const REAP_EVERY = 600
const COUNT_EVERY = 10
const PROBE_MAIL_EVERY = 60
const TAKE_SANDBOX_EVERY = 15
const WATCH_SECRETS_EVERY = 60

/** Work that goes on beside requests. */
export interface Jobs {
  /** Begins nothing more, and waits for what is under way. */
  stop(): Promise<void>
}

/** What only some servers have to do. */
interface OwnJobs {
  /** Serves the practice provider if nobody else on the data does. */
  readonly takeSandbox?: () => Promise<void>
  /** Tells the other replicas that this one is there. */
  readonly pulse?: ReplicaPulse | undefined
}

/** Starts the jobs, on the server's clock; what a server before left untold or undelivered is looked at without waiting. A round that fails is logged, and the next one comes all the same. */
export function startJobs(services: Services, { takeSandbox, pulse }: OwnJobs = {}): Jobs {
  const stopping = new AbortController()
  const delivery = new Delivery(services, stopping.signal)
  const look = (): Promise<void> =>
    delivery.look().catch((err: unknown) => services.deps.logger.error({ err, job: 'deliver' }, 'a job failed'))
  services.outbox.onChange(look)
  const running = [
    repeat(services, stopping.signal, 'deliver', DELIVER_EVERY, () => delivery.look()),
    repeat(services, stopping.signal, 'tell', TELL_EVERY, () => tellWhatDiffers(services)),
    repeat(services, stopping.signal, 'refresh ahead', REFRESH_EVERY, () => refreshAhead(services, stopping.signal)),
    repeat(services, stopping.signal, 'probe mail', PROBE_MAIL_EVERY, () => probeMail(services, stopping.signal)),
    repeat(services, stopping.signal, 'reap', REAP_EVERY, () => reap(services)),
    repeat(services, stopping.signal, 'watch secrets', WATCH_SECRETS_EVERY, () => watchSecrets(services)),
    repeat(services, stopping.signal, 'count', COUNT_EVERY, () => flush(services)),
    ...(takeSandbox === undefined
      ? []
      : [repeat(services, stopping.signal, 'take the sandbox', TAKE_SANDBOX_EVERY, takeSandbox)]),
    ...(pulse === undefined
      ? []
      : [
          repeat(services, stopping.signal, 'beat', BEAT_EVERY, () => pulse.beat()),
          repeat(services, stopping.signal, 'forget replicas', REAP_EVERY, () => pulse.reap()),
        ]),
  ]
  tellWhatDiffers(services)
    .then(look)
    .catch((err: unknown) => services.deps.logger.error({ err, job: 'tell' }, 'a job failed'))
  return {
    async stop() {
      stopping.abort()
      await Promise.all(running)
      await delivery.done()
      await flush(services).catch((err: unknown) => services.deps.logger.error({ err }, 'counts were lost'))
    },
  }
}

/** Writes down what was counted and noted in memory. */
async function flush({ activity, programUses }: Services): Promise<void> {
  await activity.flush()
  await programUses.flush()
}

async function repeat(
  { deps }: Services,
  signal: AbortSignal,
  job: string,
  seconds: number,
  round: () => Promise<unknown>,
): Promise<void> {
  while (!signal.aborted) {
    // Several servers on one database do not all begin at once.
    const wait = seconds * (0.9 + Math.random() * 0.2)
    await deps.clock.sleep(wait, signal).catch(() => undefined)
    if (signal.aborted) return
    await round().catch((err: unknown) => deps.logger.error({ err, job }, 'a job failed'))
  }
}
