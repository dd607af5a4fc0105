import { Anchor } from '@mantine/core'
import { Link } from 'react-router'
import type { Overview } from '../api/types.ts'
import { useLanguage } from '../languages/speaking.tsx'
import { Panel } from '../shared/panel.tsx'
import classes from './overview.module.css'

/** How quickly the provider of each connection answered. */
export function ProviderTable({ providers }: Pick<Overview, 'providers'>) {
  const { tag, texts } = useLanguage()
  const words = texts.overview
  const numbers = new Intl.NumberFormat(tag)
  const seconds = new Intl.NumberFormat(tag, { style: 'unit', unit: 'second', maximumSignificantDigits: 2 })
  const took = (value: number | undefined) => (value === undefined ? '–' : seconds.format(value))
  return (
    <Panel title={words.providers} description={words.providersLead}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard (axe scrollable-region-focusable) */}
      <section className={classes.scroll} tabIndex={0} aria-label={words.providers}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{texts.accounts.connection}</th>
              <th scope="col">{words.refreshedColumn}</th>
              <th scope="col">{words.failedColumn}</th>
              <th scope="col">{words.average}</th>
              <th scope="col">{words.slowest}</th>
            </tr>
          </thead>
          <tbody>
            {providers.map(({ connection, refreshed, failed, average_seconds, slowest_seconds }) => (
              <tr key={connection.id}>
                <th scope="row">
                  <Anchor component={Link} to={`/settings/connections/${connection.id}`}>
                    {connection.name}
                  </Anchor>
                </th>
                <td>{numbers.format(refreshed)}</td>
                <td>{numbers.format(failed)}</td>
                <td>{took(average_seconds)}</td>
                <td>{took(slowest_seconds)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Panel>
  )
}
