import { ActionIcon, CloseButton, Indicator, Popover, Text } from '@mantine/core'
import { IconBell } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { usePollInterval } from '../api/live.tsx'
import { dismissNotice, markSeen, noticesQuery } from '../api/notices.ts'
import type { Notice } from '../api/types.ts'
import { useLanguage, useTexts } from '../languages/speaking.tsx'
import { When } from '../shared/when.tsx'
import { noticePath, noticeWords } from './notice-words.ts'
import classes from './notices-menu.module.css'

/** What somebody has to act on, behind a bell that counts what they have not seen yet. */
export function NoticesMenu() {
  const texts = useTexts('notices')
  const client = useQueryClient()
  const { data } = useQuery({ ...noticesQuery, refetchInterval: usePollInterval() })
  const [open, setOpen] = useState(false)
  const refresh = () => client.invalidateQueries({ queryKey: noticesQuery.queryKey })
  const seen = useMutation({ mutationFn: markSeen, onSuccess: refresh })
  const dismiss = useMutation({ mutationFn: dismissNotice, onSuccess: refresh })
  const unseen = data?.unseen ?? 0
  const toggle = (next: boolean) => {
    setOpen(next)
    if (next && unseen > 0) seen.mutate()
  }
  return (
    // Within the page's head, and not at the end of the document: there it would be outside of all landmarks.
    <Popover
      opened={open}
      onChange={toggle}
      position="bottom-end"
      width={360}
      withinPortal={false}
      trapFocus
      shadow="md"
    >
      <Indicator label={unseen} disabled={unseen === 0} size={17} offset={6} color="red.9">
        <Popover.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={unseen === 0 ? texts.title : texts.unseen({ count: unseen })}
            onClick={() => toggle(!open)}
          >
            <IconBell size={20} stroke={1.7} />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown aria-label={texts.title} className={classes.dropdown}>
        <Text fw={600} mb={6}>
          {texts.title}
        </Text>
        {data?.notices.length ? (
          <ul className={classes.list}>
            {data.notices.map((notice) => (
              <Item
                key={notice.id}
                notice={notice}
                onOpen={() => setOpen(false)}
                onDismiss={() => dismiss.mutate(notice.id)}
              />
            ))}
          </ul>
        ) : (
          <Text size="sm" c="dimmed">
            {texts.none}
          </Text>
        )}
      </Popover.Dropdown>
    </Popover>
  )
}

function Item({ notice, onOpen, onDismiss }: { notice: Notice; onOpen: () => void; onDismiss: () => void }) {
  const language = useLanguage()
  const { title, text } = noticeWords(notice, language)
  return (
    <li className={classes.item}>
      <div className={classes.body}>
        <Link to={noticePath(notice)} className={classes.link} onClick={onOpen}>
          {title}
        </Link>
        <Text size="sm">{text}</Text>
        <Text size="xs" c="dimmed">
          <When at={notice.created_at} past />
        </Text>
      </div>
      <CloseButton aria-label={language.texts.notices.dismiss({ notice: title })} onClick={onDismiss} />
    </li>
  )
}
