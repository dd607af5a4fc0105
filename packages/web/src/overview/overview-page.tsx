import { SegmentedControl } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Navigate } from 'react-router'
import { overviewQuery } from '../api/overview.ts'
import { ProblemError } from '../api/problem-error.ts'
import type { Overview, OverviewSpan } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { LoadingRows } from '../shared/loading-rows.tsx'
import { Page } from '../shared/page.tsx'
import { Panel } from '../shared/panel.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { AccountCounts } from './account-counts.tsx'
import { ActivityPlot } from './activity-plot.tsx'
import { Expiring } from './expiring.tsx'
import classes from './overview.module.css'
import { ProviderTable } from './provider-table.tsx'

const SPANS: readonly OverviewSpan[] = ['day', 'week', 'month']
const AGAIN_AFTER = 15_000

/** The front page of administrators: how everything is doing. Others begin with their accounts. */
export function OverviewPage() {
  const texts = useTexts('overview')
  const [span, setSpan] = useState<OverviewSpan>('day')
  const overview = useQuery({
    ...overviewQuery(span),
    refetchInterval: AGAIN_AFTER,
    placeholderData: keepPreviousData,
  })
  if (overview.error instanceof ProblemError && overview.error.problem.status === 403) {
    return <Navigate to="/accounts" replace />
  }
  // Nothing to look over yet: the list says how to begin.
  if (overview.data?.accounts.total === 0) return <Navigate to="/accounts" replace />
  return (
    <Page title={texts.title} description={texts.lead}>
      {overview.data ? (
        <Parts overview={overview.data} span={span} onSpan={setSpan} />
      ) : overview.isError ? (
        <ProblemAlert error={overview.error} retry={() => void overview.refetch()} />
      ) : (
        <LoadingRows />
      )}
    </Page>
  )
}

interface PartsProps {
  overview: Overview
  span: OverviewSpan
  onSpan: (span: OverviewSpan) => void
}

function Parts({ overview, span, onSpan }: PartsProps) {
  const texts = useTexts('overview')
  return (
    <>
      <AccountCounts states={overview.accounts.states} />
      <Panel
        title={texts.activity}
        description={texts.activityLead}
        aside={
          <SegmentedControl
            className={classes.spans}
            aria-label={texts.span}
            value={span}
            onChange={(chosen) => onSpan(SPANS.find((one) => one === chosen) ?? 'day')}
            data={SPANS.map((value) => ({ value, label: texts.spans[value] }))}
          />
        }
      >
        <ActivityPlot activity={overview.activity} />
      </Panel>
      {overview.providers.length > 0 && <ProviderTable providers={overview.providers} />}
      <Expiring expiring={overview.expiring} />
    </>
  )
}
