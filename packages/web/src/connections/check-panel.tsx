import { Button, Text } from '@mantine/core'
import { IconCheck, IconX } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { checkConnection } from '../api/connections.ts'
import type { CheckResult, Connection } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { MoreLink } from '../shared/more-link.tsx'
import { Panel } from '../shared/panel.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import classes from './check-panel.module.css'

/** Each step that the server tried, what came of it, and what to do where it failed. */
export function CheckPanel({ connection }: { connection: Connection }) {
  const texts = useTexts('connections')
  const check = useMutation({ mutationFn: () => checkConnection(connection.id) })
  return (
    <Panel
      title={texts.checkTitle}
      description={texts.checkLead}
      aside={
        <Button variant="default" onClick={() => check.mutate()} loading={check.isPending}>
          {check.data ? texts.checkAgain : texts.check}
        </Button>
      }
    >
      {check.error && <ProblemAlert error={check.error} />}
      {check.data && <CheckSteps result={check.data} />}
    </Panel>
  )
}

function CheckSteps({ result }: { result: CheckResult }) {
  const whoWords = useTexts('who')
  const texts = useTexts('connections')
  return (
    <>
      <Text fw={600} mb="sm" role="status">
        {result.ok ? texts.checkOk : texts.checkBad}
      </Text>
      <ul className={classes.steps}>
        {result.checks.map(({ id, title, ok, detail, advice, who, link }) => {
          return (
            <li key={id} data-tone={ok ? 'good' : 'bad'}>
              {ok ? (
                <IconCheck size={18} role="img" aria-label={texts.passed} />
              ) : (
                <IconX size={18} role="img" aria-label={texts.failed} />
              )}
              <div className={classes.words}>
                <div>{title}</div>
                <div className={classes.detail}>{detail}</div>
                {advice && <div className={classes.advice}>{advice}</div>}
                {link && <MoreLink href={link} />}
                {who && <div className={classes.detail}>{whoWords[who]}</div>}
              </div>
            </li>
          )
        })}
      </ul>
    </>
  )
}
