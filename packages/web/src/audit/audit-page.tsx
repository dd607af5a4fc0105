import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { auditQuery } from '../api/audit.ts'
import type { AuditEntry } from '../api/types.ts'
import { useLanguage, useTexts } from '../languages/speaking.tsx'
import { LoadingRows } from '../shared/loading-rows.tsx'
import { Page } from '../shared/page.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { dateOf } from '../shared/time.ts'
import classes from './audit.module.css'
import { DeedSubject } from './deed-subject.tsx'
import { actorWords, deedDetails } from './deed-words.ts'
import { type Names, useNames } from './names.ts'

/** What may have been somebody else. */
const REFUSED = new Set<AuditEntry['action']>(['session.refused', 'password.refused'])

/** Who did what, newest first. */
export function AuditPage() {
  const texts = useTexts('audit')
  const log = useInfiniteQuery(auditQuery)
  const entries = log.data?.pages.flatMap((page) => page.entries)
  return (
    <Page title={texts.title} description={texts.lead}>
      {entries ? (
        <>
          <AuditTable entries={entries} />
          {log.isError && <ProblemAlert error={log.error} retry={() => void log.refetch()} />}
          {log.hasNextPage && (
            <div>
              <Button variant="default" onClick={() => void log.fetchNextPage()} loading={log.isFetchingNextPage}>
                {texts.older}
              </Button>
            </div>
          )}
        </>
      ) : log.isError ? (
        <ProblemAlert error={log.error} retry={() => void log.refetch()} />
      ) : (
        <LoadingRows count={5} />
      )}
    </Page>
  )
}

function AuditTable({ entries }: { entries: readonly AuditEntry[] }) {
  const texts = useTexts('audit')
  const names = useNames(entries)
  return (
    <div className={classes.frame}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{texts.when}</th>
            <th scope="col">{texts.who}</th>
            <th scope="col">{texts.what}</th>
            <th scope="col">{texts.from}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <Entry key={entry.seq} entry={entry} names={names} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Entry({ entry, names }: { entry: AuditEntry; names: Names }) {
  const language = useLanguage()
  const { times, texts } = language
  const { at, actor, action, source } = entry
  const details = deedDetails(entry, names, language)
  return (
    <tr>
      <td className={classes.when}>
        <time dateTime={dateOf(at).toISOString()}>{times.exact(at)}</time>
      </td>
      <td className={classes.who}>{actorWords(actor, names, texts)}</td>
      <td className={classes.what}>
        <span className={classes.action} data-tone={REFUSED.has(action) ? 'warn' : undefined}>
          {texts.auditActions[action]}
        </span>{' '}
        <DeedSubject entry={entry} names={names} />
        {details.map((detail) => (
          <span key={detail} className={classes.detail}>
            {detail}
          </span>
        ))}
      </td>
      <td className={classes.from}>{source ?? '–'}</td>
    </tr>
  )
}
